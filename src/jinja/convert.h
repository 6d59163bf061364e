/*
 * convert: objects as values and back, for what is dumped or parsed as JSON and YAML.
 */
#ifndef JINJA_CONVERT_H
#define JINJA_CONVERT_H

#include "src/jinja/object.h"

struct value;

#define CONVERT_DEPTH_MAX 64 /* containers inside each other */

/*
 * OBJECT as a value in the run's arena. Keys are scalars of any kind: null, bool, int, float,
 * string. The run fails for what JSON cannot say: "Object of type X is not JSON serializable", a
 * container within itself, more than CONVERT_DEPTH_MAX levels. Strings are shared.
 */
int convert_to_value(struct run *run, struct object object, struct value **out);

/* The same, but a list or dict that is there twice becomes one value: YAML shows it as an alias. */
int convert_to_shared(struct run *run, struct object object, struct value **out);

/*
 * VALUE as an object: containers are new and open; strings are shared, so VALUE outlives the run.
 */
int convert_to_object(struct run *run, const struct value *value, struct object *out);

/* The same for a scalar. */
int convert_scalar(struct run *run, const struct value *value, struct object *out);

#endif
