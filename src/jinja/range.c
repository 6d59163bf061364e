#include "src/jinja/range.h"

#include "src/jinja/object.h"

int64_t range_at(const struct range *range, int64_t index)
{
	return (int64_t)((uint64_t)range->start + (uint64_t)index * (uint64_t)range->step);
}

bool range_find(const struct range *range, int64_t integer, int64_t *index)
{
	__int128 distance = (__int128)integer - range->start;

	if (distance % range->step != 0)
		return false;
	distance /= range->step;
	if (distance < 0 || distance >= range->count)
		return false;
	*index = (int64_t)distance;
	return true;
}
