/*
 * emit: value -> text.
 *
 * A value nested deeper than EMIT_DEPTH_MAX is refused; what doc_parse() yields never is.
 */
#ifndef VALUE_EMIT_H
#define VALUE_EMIT_H

struct buf;
struct value;

#define EMIT_DEPTH_MAX 200

/*
 * Append JSON: on one line (INDENT 0) or indented by INDENT blanks a level, UTF-8 kept, ending
 * without a newline; laid out like Python's json.dumps(ensure_ascii=False). Floats: shortest that
 * reads back. 0, -EINVAL (NaN, infinity, too deep) or -ENOMEM; then OUT may hold a part.
 */
int emit_json(const struct value *value, unsigned indent, struct buf *out);

/*
 * Append YAML in block style for people, ending with a newline. A list is indented under its key
 * by two. Maps and lists of scalars below the first level are written in flow style on one line
 * (`last_sync: {time: ..., result: ok}`) when they fit in 100 columns, empty ones as {} and []. A
 * string that YAML 1.1 or 1.2 would read as something else is quoted, except for value_time(). 0,
 * -EINVAL (too deep) or -ENOMEM; then OUT may hold a part.
 */
int emit_yaml(const struct value *value, struct buf *out);

#endif
