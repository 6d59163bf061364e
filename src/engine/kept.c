#include "src/engine/kept.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/vec.h"

void kept_release(struct kept *kept)
{
	size_t i;

	for (i = 0; i < kept->count; i++)
		free(kept->items[i]);
	free(kept->items);
	*kept = (struct kept)KEPT_INIT;
}

struct generation *kept_add(struct kept *kept, const struct generation *generation)
{
	struct generation *copy;
	size_t at = kept->count;

	while (at > 0 && kept->items[at - 1]->number >= generation->number)
		at--;
	if (at < kept->count && kept->items[at]->number == generation->number)
		return NULL;
	if (vec_reserve(&kept->items, &kept->cap, kept->count + 1, sizeof(*kept->items)) < 0)
		return NULL;
	copy = malloc(sizeof(*copy));
	if (!copy)
		return NULL;
	*copy = *generation;
	memmove(kept->items + at + 1, kept->items + at, (kept->count - at) * sizeof(*kept->items));
	kept->items[at] = copy;
	kept->count++;
	return copy;
}

void kept_remove(struct kept *kept, uint32_t number)
{
	size_t i;

	for (i = 0; i < kept->count && kept->items[i]->number != number; i++)
		;
	if (i == kept->count)
		return;
	free(kept->items[i]);
	kept->count--;
	memmove(kept->items + i, kept->items + i + 1, (kept->count - i) * sizeof(*kept->items));
}

struct generation *kept_find(const struct kept *kept, uint32_t number)
{
	size_t i;

	for (i = 0; i < kept->count; i++) {
		if (kept->items[i]->number == number)
			return kept->items[i];
	}
	return NULL;
}

struct generation *kept_find_commit(
		const struct kept *kept, const struct oid *commit, uint64_t settings)
{
	size_t i;

	for (i = kept->count; i-- > 0;) {
		if (oid_equal(&kept->items[i]->commit, commit) &&
				kept->items[i]->settings == settings)
			return kept->items[i];
	}
	return NULL;
}

int kept_find_prefix(const struct kept *kept, const char *prefix, struct oid *out)
{
	const struct generation *found = NULL;
	char hex[OID_HEX_SIZE];
	size_t i, len = strlen(prefix);

	for (i = 0; i < kept->count; i++) {
		oid_format(&kept->items[i]->commit, hex);
		if (strncasecmp(hex, prefix, len) != 0)
			continue;
		if (found && !oid_equal(&found->commit, &kept->items[i]->commit))
			return -EEXIST;
		found = kept->items[i];
	}
	if (!found)
		return -ENOENT;
	*out = found->commit;
	return 0;
}

static bool is_spared(const struct kept_rule *rule, uint32_t number)
{
	size_t i;

	for (i = 0; i < rule->spared_count; i++) {
		if (rule->spared[i] == number)
			return true;
	}
	return false;
}

struct generation *kept_victim(const struct kept *kept, const struct kept_rule *rule)
{
	struct generation *item, *oldest = NULL;
	size_t i, age, oldest_age = 0;

	for (i = 0; i < kept->count; i++) {
		item = kept->items[i];
		if (is_spared(rule, item->number))
			continue;
		if (kept_find_commit(kept, &item->commit, rule->settings) != item)
			return item;
		age = rule->age(rule->arg, &item->commit);
		if (oldest && age <= oldest_age)
			continue;
		oldest = item;
		oldest_age = age;
	}
	return kept->count > rule->limit ? oldest : NULL;
}
