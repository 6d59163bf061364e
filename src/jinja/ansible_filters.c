#include "src/jinja/call.h"

const struct function ansible_filters[1] = {0};
const size_t ansible_filter_count = 0;
