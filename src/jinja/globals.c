/*
 * The names that every template has: range, dict, namespace, cycler, joiner, and what `managed`
 * says.
 */
#include <string.h>

#include "src/jinja/eval.h"
#include "src/jinja/jinja.h"
#include "src/jinja/method.h"
#include "src/jinja/text.h"

/* --- namespace --- */

static const struct native_class namespace_class;

bool namespace_is(struct object object)
{
	return object.kind == OBJECT_NATIVE && object.native->class == &namespace_class;
}

static int namespace_attribute(struct run *run, struct object self, const struct text *name,
		struct object *out, bool *found)
{
	const struct object key = {.kind = OBJECT_STRING, .text = name};

	*found = false;
	return name->data[0] == '_' ? 0 : dict_get(run, self.native->data, key, out, found);
}

static int namespace_set(
		struct run *run, struct object self, const struct text *name, struct object value)
{
	const struct object key = {.kind = OBJECT_STRING, .text = name};

	return dict_set(run, self.native->data, key, value);
}

static int namespace_print(struct run *run, struct object self, struct buf *out)
{
	const struct object dict = {.kind = OBJECT_DICT, .dict = self.native->data};

	buf_add_str(out, "<Namespace ");
	if (object_repr(run, dict, out) < 0)
		return -1;
	buf_add_char(out, '>');
	return 0;
}

static const struct native_class namespace_class = {.type = "Namespace",
		.attribute = namespace_attribute,
		.set = namespace_set,
		.print = namespace_print};

static int new_dict(struct run *run, const struct call *call, struct object *out)
{
	if (object_dict(run, out) < 0)
		return -1;
	return dict_update(run, out->dict, call);
}

static int call_namespace(
		struct run *run, struct object self, const struct call *call, struct object *out)
{
	struct object dict;

	(void)self;
	if (new_dict(run, call, &dict) < 0)
		return -1;
	return object_native(run, &namespace_class, dict.dict, out);
}

static int call_dict(
		struct run *run, struct object self, const struct call *call, struct object *out)
{
	(void)self;
	return new_dict(run, call, out);
}

/* --- range --- */

static int call_range(
		struct run *run, struct object self, const struct call *call, struct object *out)
{
	int64_t bounds[3] = {0, 0, 1};

	(void)self;
	if (call->keyword_count > 0)
		return run_fail(run, FAULT_RUNTIME, "range() takes no keyword arguments");
	if (call->count < 1 || call->count > 3)
		return run_fail(run, FAULT_RUNTIME, "range() takes 1 to 3 arguments (%zu given)",
				call->count);
	for (size_t i = 0; i < call->count; i++) {
		const struct object *arg = &call->args[i];

		if (arg->kind == OBJECT_UNDEFINED)
			return object_undefined_fail(run, *arg);
		if (arg->kind != OBJECT_INT && arg->kind != OBJECT_BOOL)
			return run_fail(run, FAULT_RUNTIME,
					"'%s' object cannot be interpreted as an integer",
					object_type(*arg));
		bounds[call->count == 1 ? 1 : i] =
				arg->kind == OBJECT_INT ? arg->integer : arg->boolean;
	}
	if (bounds[2] == 0)
		return run_fail(run, FAULT_RUNTIME, "range() arg 3 must not be zero");
	return object_range(run, bounds[0], bounds[1], bounds[2], out);
}

/* --- cycler --- */

struct cycler {
	struct list *items;
	size_t position;
	struct native next, reset;
};

static int call_next(
		struct run *run, struct object self, const struct call *call, struct object *out)
{
	struct cycler *cycler = self.native->data;

	if (call->count + call->keyword_count > 0)
		return run_fail(run, FAULT_RUNTIME, "next() takes no arguments");
	*out = cycler->items->items[cycler->position];
	cycler->position = (cycler->position + 1) % cycler->items->count;
	return 0;
}

static int call_reset(
		struct run *run, struct object self, const struct call *call, struct object *out)
{
	struct cycler *cycler = self.native->data;

	if (call->count + call->keyword_count > 0)
		return run_fail(run, FAULT_RUNTIME, "reset() takes no arguments");
	cycler->position = 0;
	*out = object_none();
	return 0;
}

static int cycler_attribute(struct run *run, struct object self, const struct text *name,
		struct object *out, bool *found)
{
	struct cycler *cycler = self.native->data;
	struct object items;

	*found = true;
	if (text_equal_z(name, "next"))
		*out = (struct object){.kind = OBJECT_NATIVE, .native = &cycler->next};
	else if (text_equal_z(name, "reset"))
		*out = (struct object){.kind = OBJECT_NATIVE, .native = &cycler->reset};
	else if (text_equal_z(name, "current"))
		*out = cycler->items->items[cycler->position];
	else if (text_equal_z(name, "pos"))
		*out = object_int((int64_t)cycler->position);
	else if (text_equal_z(name, "items")) {
		items = (struct object){.kind = OBJECT_TUPLE, .list = cycler->items};
		*out = items;
	} else {
		*found = false;
	}
	(void)run;
	return 0;
}

static const struct native_class next_class = {.type = "method", .call = call_next};
static const struct native_class reset_class = {.type = "method", .call = call_reset};
static const struct native_class cycler_class = {.type = "Cycler", .attribute = cycler_attribute};

static int call_cycler(
		struct run *run, struct object self, const struct call *call, struct object *out)
{
	struct cycler *cycler = run_alloc(run, sizeof(*cycler));
	struct object items;

	(void)self;
	if (!cycler || object_tuple(run, call->args, call->count, &items) < 0)
		return -1;
	if (call->keyword_count > 0)
		return run_fail(run, FAULT_RUNTIME, "cycler() takes no keyword arguments");
	if (call->count == 0)
		return run_fail(run, FAULT_RUNTIME, "cycler() needs at least one item");
	*cycler = (struct cycler){.items = items.list,
			.next = {.class = &next_class, .data = cycler},
			.reset = {.class = &reset_class, .data = cycler}};
	return object_native(run, &cycler_class, cycler, out);
}

/* --- joiner --- */

struct joiner {
	struct object separator;
	bool is_used;
};

static int use_joiner(
		struct run *run, struct object self, const struct call *call, struct object *out)
{
	struct joiner *joiner = self.native->data;

	if (call->count + call->keyword_count > 0)
		return run_fail(run, FAULT_RUNTIME, "a joiner takes no arguments");
	*out = joiner->separator;
	if (joiner->is_used)
		return 0;
	joiner->is_used = true;
	return object_string_z(run, "", out);
}

static const struct native_class joiner_class = {.type = "Joiner", .call = use_joiner};

static int call_joiner(
		struct run *run, struct object self, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"sep"}};
	struct joiner *joiner = run_alloc(run, sizeof(*joiner));

	(void)self;
	if (!joiner || call_bind(run, call, params, 1, 0, &joiner->separator) < 0)
		return -1;
	if (is_absent(joiner->separator) && object_string_z(run, ", ", &joiner->separator) < 0)
		return -1;
	return object_native(run, &joiner_class, joiner, out);
}

/* --- the table --- */

static const struct {
	const char *name;
	struct native_class class;
} functions[] = {
		{"range", {.type = "type", .call = call_range}},
		{"dict", {.type = "type", .call = call_dict}},
		{"namespace", {.type = "type", .call = call_namespace}},
		{"cycler", {.type = "type", .call = call_cycler}},
		{"joiner", {.type = "type", .call = call_joiner}},
};

static const char *const texts[] = {"managed", "ansible_managed"};

int globals_find(struct eval *eval, const struct name *name, struct object *out, bool *found)
{
	*found = true;
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (text_equal_z(&name->text, functions[i].name))
			return object_native(eval->run, &functions[i].class, NULL, out);
	}
	for (size_t i = 0; eval->managed && i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (text_equal_z(&name->text, texts[i]))
			return object_string_z(eval->run, eval->managed, out);
	}
	*found = false;
	return 0;
}

bool jinja_gives(const char *name)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (strcmp(name, functions[i].name) == 0)
			return true;
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (strcmp(name, texts[i]) == 0)
			return true;
	}
	return false;
}

const char *globals_refused(const struct name *name)
{
	static const struct {
		const char *name, *why;
	} refused[] = {
			{"lookup", "templates read nothing but their values; put it there"},
			{"query", "templates read nothing but their values; put it there"},
			{"q", "templates read nothing but their values; put it there"},
			{"now", "the same commit has to give the same bytes at any time"},
			{"lipsum", "it is random, and the same commit has to give the same bytes"},
	};

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if (text_equal_z(&name->text, refused[i].name))
			return refused[i].why;
	}
	return NULL;
}
