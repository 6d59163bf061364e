#include "src/engine/request.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/str.h"
#include "src/engine/hold.h"

#define TARGET_MAX 1024 /* bytes of a revision or ref, with NUL */

enum {
	TAKES_REASON = 1,
	TAKES_FOR = 2,
	TAKES_TIMEOUT = 4,
	TAKES_LAZY = 8,
	TAKES_FS = 16,
	TAKES_ACCEPT = 32,
	TAKES_READERS = 64
};

struct verb {
	const char *name;
	enum request_verb verb;
	int least, most; /* arguments that are not options: 0 or 1 */
	unsigned options;
};

static const struct verb verbs[] = {
		{"switch", REQUEST_SWITCH, 1, 1, TAKES_REASON | TAKES_FOR | TAKES_ACCEPT},
		{"rollback", REQUEST_ROLLBACK, 0, 0, TAKES_REASON},
		{"resume", REQUEST_RESUME, 0, 0, 0},
		{"follow", REQUEST_FOLLOW, 1, 1, 0},
		{"sync", REQUEST_SYNC, 0, 0, TAKES_TIMEOUT},
		{"wait", REQUEST_WAIT, 0, 1, TAKES_TIMEOUT | TAKES_READERS},
		{"umount", REQUEST_UMOUNT, 0, 0, TAKES_LAZY},
		{"upgrade", REQUEST_UPGRADE, 1, 1, TAKES_FS},
		{"pin", REQUEST_PIN, 1, 1, 0},
		{"apply", REQUEST_APPLY, 0, 0, 0},
};

static const struct verb *find_verb(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	}
	return NULL;
}

/* Text that goes into files which people read: one line of UTF-8. */
static int check_text(const char *what, const char *text, size_t size, struct err *err)
{
	const char *c;

	if (strlen(text) >= size)
		return err_set(err, EINVAL, "%s is longer than %zu bytes", what, size - 1);
	if (!str_is_utf8(text, strlen(text)))
		return err_set(err, EINVAL, "%s is not UTF-8", what);
	for (c = text; *c; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return err_set(err, EINVAL, "%s holds a control character", what);
	}
	return 0;
}

static int parse_ms(const char *option, const char *text, uint64_t *out, struct err *err)
{
	if (str_to_u64(text, out) < 0)
		return err_set(err, EINVAL, "%s '%s' is not a number of milliseconds", option,
				text);
	return 0;
}

/* The option at ARGV[0]: how many words it took, or negative errno. */
static int parse_option(const struct verb *verb, const char *const *argv, struct request *out,
		struct err *err)
{
	const char *name = argv[0], *value = argv[1];
	int rc;

	if (verb->options & TAKES_LAZY && strcmp(name, "--lazy") == 0) {
		out->is_lazy = true;
		return 1;
	}
	if (verb->options & TAKES_ACCEPT && strcmp(name, "--accept") == 0) {
		out->is_accept = true;
		return 1;
	}
	if (verb->options & TAKES_READERS && strcmp(name, "--readers") == 0) {
		out->wants_readers = true;
		return 1;
	}
	if (verb->options & TAKES_REASON && strcmp(name, "--reason") == 0 && value) {
		out->reason = value;
		rc = check_text("the reason", value, HOLD_REASON_MAX, err);
		return rc < 0 ? rc : 2;
	}
	if (verb->options & TAKES_FOR && strcmp(name, "--for") == 0 && value) {
		rc = parse_ms(name, value, &out->for_ms, err);
		return rc < 0 ? rc : 2;
	}
	if (verb->options & TAKES_TIMEOUT && strcmp(name, "--timeout") == 0 && value) {
		rc = parse_ms(name, value, &out->timeout_ms, err);
		return rc < 0 ? rc : 2;
	}
	if (verb->options & TAKES_FS && strcmp(name, "--fs") == 0 && value) {
		out->fs = value;
		return 2;
	}
	return err_set(err, EINVAL, "%s: unexpected '%s'", verb->name, name);
}

static int parse_words(const struct verb *verb, const char *const *argv, struct request *out,
		struct err *err)
{
	int targets = 0, taken;

	while (*argv) {
		if (str_has_prefix(*argv, "--")) {
			taken = parse_option(verb, argv, out, err);
			if (taken < 0)
				return taken;
			argv += taken;
			continue;
		}
		if (targets++ == verb->most)
			return err_set(err, EINVAL, "%s: unexpected '%s'", verb->name, *argv);
		out->target = *argv++;
	}
	if (targets < verb->least)
		return err_set(err, EINVAL, "%s: say which", verb->name);
	if (!out->target)
		return 0;
	if (!out->target[0])
		return err_set(err, EINVAL, "%s: say which", verb->name);
	return check_text("what is asked for", out->target, TARGET_MAX, err);
}

int request_parse(int argc, const char *const *argv, struct request *out, struct err *err)
{
	struct request request = {.timeout_ms = UINT64_MAX};
	const struct verb *verb;
	int rc;

	if (argc < 1)
		return err_set(err, EINVAL, "an empty request");
	verb = find_verb(argv[0]);
	if (!verb)
		return err_set(err, EINVAL, "the engine knows no '%.40s'", argv[0]);
	request.verb = verb->verb;
	rc = parse_words(verb, argv + 1, &request, err);
	if (rc < 0)
		return rc;
	if (request.is_accept && request.for_ms > 0)
		return err_set(err, EINVAL,
				"%s: --accept goes on following the ref, so there is nothing to "
				"end "
				"by --for",
				verb->name);
	if (verb->verb == REQUEST_UPGRADE && !request.fs)
		return err_set(err, EINVAL, "%s: say which refmount-fs", verb->name);
	*out = request;
	return 0;
}

bool request_changes(const struct request *request)
{
	return request->verb != REQUEST_WAIT && request->verb != REQUEST_PIN;
}
