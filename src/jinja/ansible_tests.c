#include "src/jinja/call.h"

const struct function ansible_tests[1] = {0};
const size_t ansible_test_count = 0;
