/*
 * compare: bounds and marks of comparisons; the functions themselves are in object.h.
 */
#ifndef JINJA_COMPARE_H
#define JINJA_COMPARE_H

#include "src/jinja/object.h"

#define OBJECT_DEPTH_MAX 200 /* containers inside each other that are compared or printed */
#define UNORDERED	 2   /* what object_compare says of a NaN */

#endif
