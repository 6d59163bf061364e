/*
 * Jinja2 compiles a template to a Python function, and decides for each frame (a loop body, a
 * macro, a `with`) beforehand which names are its own and what they are when it is entered:
 *
 * - a name that is only read belongs to the frame around that knows it, and otherwise is looked
 *   up in the
 *   context;
 * - a name that is assigned to is the frame's own from the beginning: it starts with the value
 *   that it
 *   has in the frame around, or with none;
 * - an `if` is no frame. Its branches are looked at apart, as if each came first. A name that
 *   some of
 *   them assign to and others do not starts with what it is outside of the frame.
 *
 * For the branches Jinja2 copies the whole table three times for each `if`. Here each branch
 * keeps a journal of what it changed, which is undone at its end and applied again when they are
 * merged, so that the work stays proportional to the template.
 */
#include "src/jinja/symbol.h"

#include <assert.h>
#include <stdlib.h>

#include "src/base/arena.h"
#include "src/base/vec.h"

void frame_enter(struct symbols *symbols, struct frame *frame, struct slots *slots, bool is_root)
{
	*frame = (struct frame){.outer = symbols->frame,
			.slots = slots,
			.slots_before = slots->next,
			.is_root = is_root};
	frame->last = &frame->first;
	symbols->frame = frame;
}

/* Slots that a function inside may still see are not used again. */
void frame_leave(struct symbols *symbols)
{
	struct frame *frame = symbols->frame;
	bool is_captured = false;

	for (struct symbol *symbol = frame->first; symbol; symbol = symbol->next) {
		if (symbol->is_linked)
			symbol->name->symbol = symbol->shadowed;
		is_captured |= symbol->is_captured;
	}
	if (!is_captured)
		frame->slots->next = frame->slots_before;
	symbols->frame = frame->outer;
}

/* The symbol that NAME has in the innermost frame itself, or NULL. */
static struct symbol *own_symbol(const struct symbols *symbols, const struct name *name)
{
	return name->symbol && name->symbol->frame == symbols->frame ? name->symbol : NULL;
}

/* Note in the journal of the innermost branch how SYMBOL was, before the branch changes it. */
static void touch(struct symbols *symbols, struct symbol *symbol, bool is_new)
{
	struct branch *branch = symbols->branch;

	if (!branch || symbol->branch == branch->id)
		return;
	if (vec_reserve(&branch->items, &branch->cap, branch->count + 1, sizeof(*branch->items)) <
			0) {
		symbols->has_failed = true;
		return;
	}
	branch->items[branch->count++] = (struct change){.symbol = symbol,
			.is_new = is_new,
			.was_stored = symbol->is_stored,
			.was_load = symbol->load,
			.was_alias = symbol->alias,
			.was_branch = symbol->branch};
	symbol->branch = branch->id;
}

static void link_symbol(struct symbols *symbols, struct symbol *symbol)
{
	symbol->shadowed = symbol->name->symbol;
	symbol->name->symbol = symbol;
	symbol->is_linked = true;
	touch(symbols, symbol, true);
}

static struct symbol *define(struct symbols *symbols, struct name *name, enum load_kind load)
{
	struct symbol *symbol = arena_alloc(symbols->arena, sizeof(*symbol));

	if (!symbol) {
		symbols->has_failed = true;
		return NULL;
	}
	symbol->name = name;
	symbol->frame = symbols->frame;
	symbol->load = load;
	*symbols->frame->last = symbol;
	symbols->frame->last = &symbol->next;
	link_symbol(symbols, symbol);
	return symbol;
}

void symbol_load(struct symbols *symbols, struct name *name)
{
	if (!name->symbol)
		(void)define(symbols, name, LOAD_RESOLVE);
}

void symbol_store(struct symbols *symbols, struct name *name)
{
	struct symbol *symbol = own_symbol(symbols, name);

	if (symbol) {
		touch(symbols, symbol, false);
		symbol->is_stored = true;
		return;
	}
	symbol = define(symbols, name, name->symbol ? LOAD_ALIAS : LOAD_NOTHING);
	if (!symbol)
		return;
	symbol->alias = symbol->shadowed;
	symbol->is_stored = true;
}

void symbol_parameter(struct symbols *symbols, struct name *name)
{
	struct symbol *symbol = own_symbol(symbols, name);

	if (!symbol)
		symbol = define(symbols, name, LOAD_PARAMETER);
	if (!symbol)
		return;
	symbol->load = LOAD_PARAMETER;
	symbol->is_stored = true;
}

void branch_begin(struct symbols *symbols, struct branch *branch)
{
	*branch = (struct branch){.outer = symbols->branch, .id = ++symbols->branches};
	symbols->branch = branch;
}

void branch_end(struct symbols *symbols)
{
	struct branch *branch = symbols->branch;
	struct change *change;
	struct symbol *symbol;

	for (size_t i = branch->count; i-- > 0;) {
		change = &branch->items[i];
		symbol = change->symbol;
		change->is_stored = symbol->is_stored;
		change->load = symbol->load;
		change->alias = symbol->alias;
		if (change->is_new) {
			symbol->name->symbol = symbol->shadowed;
			symbol->is_linked = false;
		}
		symbol->is_stored = !change->is_new && change->was_stored;
		symbol->load = change->was_load;
		symbol->alias = change->was_alias;
		symbol->branch = change->was_branch;
	}
	symbols->branch = branch->outer;
}

/* Make the change in the frame, and count if it is an assignment to what had none before. */
static void apply(struct symbols *symbols, const struct change *change)
{
	struct symbol *symbol = own_symbol(symbols, change->symbol->name);

	if (!symbol) {
		symbol = change->symbol;
		symbol->branch = 0;
		symbol->stored_count = 0;
		symbol->is_stored = false;
		link_symbol(symbols, symbol);
	} else {
		touch(symbols, symbol, false);
	}
	if (change->is_stored && (change->is_new || !change->was_stored))
		symbol->stored_count++;
	symbol->load = change->load;
	symbol->alias = change->alias;
	symbol->is_stored |= change->is_stored;
}

void branch_merge(struct symbols *symbols, const struct branch branches[3])
{
	struct symbol *symbol;

	for (size_t b = 0; b < 3; b++) {
		for (size_t i = 0; i < branches[b].count; i++)
			apply(symbols, &branches[b].items[i]);
	}
	for (size_t b = 0; b < 3; b++) {
		for (size_t i = 0; i < branches[b].count; i++) {
			symbol = own_symbol(symbols, branches[b].items[i].symbol->name);
			if (symbol->stored_count == 0)
				continue;
			if (symbol->stored_count < 3) {
				symbol->load = symbol->shadowed ? LOAD_ALIAS : LOAD_RESOLVE;
				symbol->alias = symbol->shadowed;
			}
			symbol->stored_count = 0;
		}
	}
}

void branch_release(struct branch *branch)
{
	free(branch->items);
	*branch = (struct branch){0};
}

struct slot_ref symbol_ref(struct symbols *symbols, const struct name *name)
{
	struct slot_ref ref = {.hops = 0};
	struct slots *slots = symbols->frame->slots;

	assert(name->symbol);
	for (; slots != name->symbol->frame->slots; slots = slots->outer)
		ref.hops++;
	if (ref.hops > 0)
		name->symbol->is_captured = true;
	ref.index = name->symbol->slot;
	return ref;
}

/* The reference to SYMBOL, of a frame around. */
static struct slot_ref alias_ref(struct symbols *symbols, struct symbol *symbol)
{
	struct slot_ref ref = {.index = symbol->slot};

	for (struct slots *slots = symbols->frame->slots; slots != symbol->frame->slots;
			slots = slots->outer)
		ref.hops++;
	if (ref.hops > 0)
		symbol->is_captured = true;
	return ref;
}

static void add_load(struct symbols *symbols, struct scope *scope, struct symbol *symbol)
{
	struct load *load = &scope->loads[scope->count++];

	*load = (struct load){.kind = symbol->load, .slot = symbol->slot, .name = symbol->name};
	if (symbol->load == LOAD_ALIAS)
		load->source = alias_ref(symbols, symbol->alias);
}

/* Slots for the frame's symbols; how many of them have to be loaded. */
static size_t give_slots(struct frame *frame)
{
	size_t count = 0;

	for (struct symbol *symbol = frame->first; symbol; symbol = symbol->next) {
		if (!symbol->is_linked)
			continue;
		symbol->slot = frame->slots->next++;
		count += symbol->load != LOAD_PARAMETER;
	}
	if (frame->slots->next > frame->slots->count)
		frame->slots->count = frame->slots->next;
	return count;
}

static void add_loads(struct symbols *symbols, struct scope *scope, bool is_stored)
{
	for (struct symbol *symbol = symbols->frame->first; symbol; symbol = symbol->next) {
		if (symbol->is_linked && symbol->load != LOAD_PARAMETER &&
				symbol->is_stored == is_stored)
			add_load(symbols, scope, symbol);
	}
}

void frame_close(struct symbols *symbols, struct scope *scope)
{
	size_t count = give_slots(symbols->frame);

	*scope = (struct scope){
			.loads = arena_alloc(symbols->arena, count * sizeof(*scope->loads))};
	if (!scope->loads) {
		symbols->has_failed = true;
		return;
	}
	add_loads(symbols, scope, true);
	scope->each = scope->count;
	add_loads(symbols, scope, false);
}

/* Is SYMBOL what the name stands for, or hidden by symbols that nothing was assigned to? */
static bool is_bound_here(const struct symbol *symbol)
{
	for (const struct symbol *inner = symbol->name->symbol; inner != symbol;
			inner = inner->shadowed) {
		if (inner->is_stored)
			return false;
	}
	return true;
}

int symbol_bindings(struct symbols *symbols, struct bindings *out)
{
	struct bindings found = {0};
	size_t cap = 0;

	for (const struct frame *frame = symbols->frame; frame; frame = frame->outer) {
		if (frame->is_root)
			continue;
		for (const struct symbol *symbol = frame->first; symbol; symbol = symbol->next) {
			if (!symbol->is_linked || !symbol->is_stored || !is_bound_here(symbol))
				continue;
			if (vec_reserve(&found.items, &cap, found.count + 1, sizeof(*found.items)) <
					0) {
				symbols->has_failed = true;
				break;
			}
			found.items[found.count++] = (struct binding){.name = symbol->name,
					.ref = symbol_ref(symbols, symbol->name)};
		}
	}
	out->items = arena_copy(symbols->arena, found.items, found.count * sizeof(*found.items));
	out->count = found.count;
	symbols->has_failed |= !out->items;
	free(found.items);
	return symbols->has_failed ? -1 : 0;
}
