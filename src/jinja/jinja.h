/*
 * jinja: Jinja2 templates, text and values in, text out.
 *
 * The language of Jinja2 3.1 with Python's output. Two profiles: `ansible`, the environment of
 * Ansible's template module, which is what people's *.j2 files are written for, and `jinja`, Jinja2
 * as it is by itself. Pure: nothing is read but what the loader gives, no clock, locale or
 * environment, and the same input fails at the same bound on every machine.
 *
 * Source of the language: jinja.palletsprojects.com, Template Designer Documentation, 3.1.
 */
#ifndef JINJA_JINJA_H
#define JINJA_JINJA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/jinja/run.h"

struct buf;
struct jinja;
struct reads;
struct value;

#define JINJA_SOURCE_MAX (1u << 20) /* bytes of a template */
#define JINJA_DEPTH_MAX	 200	    /* expressions and statements inside each other */

struct jinja_options {
	bool is_ansible; /* else plain Jinja2 */
	bool trim_blocks, lstrip_blocks, keep_trailing_newline;
	enum undefined_mode undefined;
};

/* The defaults of the profile: ansible trims blocks and chains undefined values. */
struct jinja_options jinja_defaults(bool is_ansible);

struct jinja_limits {
	uint64_t steps;	       /* of one file; 10 million */
	uint64_t memory_bytes; /* of one file; 64 MiB */
	uint64_t output_bytes; /* of one file; 8 MiB */
};

#define JINJA_LIMITS_DEFAULT                                                                       \
	{                                                                                          \
		.steps = 10000000, .memory_bytes = 64u << 20, .output_bytes = 8u << 20             \
	}

/*
 * Where templates come from. `load` is called each time that a rendering asks for a template,
 * parsed before or not, so that the caller learns which ones a file was made from; the same name
 * yields the same text. 0 and text that stays valid as long as the jinja; -ENOENT when there is
 * no such template; other negative errno end the rendering with the sentence in MESSAGE.
 */
struct jinja_loader {
	int (*load)(void *arg, const char *name, const char **text, size_t *len, char message[256]);
	void *arg;
};

/* What is wrong, and where: FILE is a name of the loader. */
struct jinja_fault {
	enum fault_kind kind;
	char file[256];
	uint32_t line, column; /* from 1; 0: unknown */
	char message[1024];    /* one line */
};

/* Parses each template once, however often it is rendered or included. Not for several threads. */
struct jinja *jinja_new(const struct jinja_options *options, const struct jinja_loader *loader);
void jinja_free(struct jinja *jinja); /* NULL is fine */

struct jinja_render {
	const char *name;	    /* template, for the loader */
	const struct value *values; /* a map: the global names */
	const char *managed; /* what `managed` and `ansible_managed` say; NULL: undefined names */
	struct reads *reads; /* may be NULL */
	struct jinja_limits limits;
	uint64_t steps_used; /* out */
};

/* Append the output to OUT; 0, or -1 with FAULT set and OUT as it was. */
int jinja_render(struct jinja *jinja, struct jinja_render *render, struct buf *out,
		struct jinja_fault *fault);

/* Is NAME, when no value has it, what every template is given: a function, or `managed`? */
bool jinja_gives(const char *name);

/* Parse NAME only: 0, or -1 with FAULT set. */
int jinja_check(struct jinja *jinja, const char *name, struct jinja_fault *fault);

#endif
