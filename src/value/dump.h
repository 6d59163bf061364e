/*
 * dump: values as PyYAML and Python's json module write them, for templates and views.
 *
 * Other than emit.h, which writes for people who read our own files, this one copies Python byte
 * for byte: `to_yaml`, `to_nice_yaml`, `to_json`, `tojson` of templates end here. Judge: PyYAML
 * with libyaml's emitter, and json.dumps.
 *
 * Keys may be scalars of any kind here. Both functions append to OUT and return 0, -EINVAL (too
 * deep, not UTF-8), -E2BIG (more than DUMP_SIZE_MAX) or -ENOMEM; then OUT may hold a part.
 */
#ifndef VALUE_DUMP_H
#define VALUE_DUMP_H

#include <stdbool.h>

struct buf;
struct value;

#define DUMP_DEPTH_MAX 200	   /* lists and maps in each other */
#define DUMP_SIZE_MAX  (64u << 20) /* bytes in OUT, what was there before included */

enum dump_flow {
	DUMP_FLOW_LEAVES, /* default_flow_style=None: lists and maps of scalars only */
	DUMP_FLOW_NEVER,  /* False */
	DUMP_FLOW_ALWAYS, /* True */
};

struct dump_yaml_options {
	unsigned indent; /* 2 to 9, anything else: 2 */
	unsigned width;	 /* columns where lines are folded; 80 */
	enum dump_flow flow;
	bool sort_keys;
	bool allow_unicode;
	bool explicit_start, explicit_end;
};

#define DUMP_YAML_OPTIONS_DEFAULT                                                                  \
	{                                                                                          \
		.indent = 2, .width = 80, .sort_keys = true                                        \
	}

/*
 * yaml.dump() with these options. A list or map that occurs more than once, by address, is written
 * once, with an anchor (&id001), and as an alias after that. Keys that do not compare with each other
 * are not sorted.
 */
int dump_yaml(const struct value *value, const struct dump_yaml_options *options, struct buf *out);

struct dump_json_options {
	int indent;		    /* -1: on one line */
	const char *item_separator; /* NULL: Python's default for that indent */
	const char *key_separator;  /* NULL: ": " */
	bool sort_keys;
	bool ensure_ascii;
};

#define DUMP_JSON_OPTIONS_DEFAULT                                                                  \
	{                                                                                          \
		.indent = -1, .ensure_ascii = true                                                 \
	}

/*
 * json.dumps() with these options: NaN and Infinity as Python writes them, keys as Python turns them
 * into strings. -EINVAL also for keys that do not compare with each other and shall be sorted.
 */
int dump_json(const struct value *value, const struct dump_json_options *options, struct buf *out);

#endif
