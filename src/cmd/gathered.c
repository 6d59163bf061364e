#include "src/cmd/gathered.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/pairs.h"
#include "src/base/vec.h"
#include "src/render/facts.h"
#include "src/render/manifest.h"

static void item_release(struct gathered_item *item)
{
	free(item->finding.file);
	free(item->finding.message);
	free(item->has);
}

void gathered_release(struct gathered *gathered)
{
	for (size_t i = 0; i < gathered->count; i++)
		item_release(&gathered->items[i]);
	free(gathered->items);
	*gathered = (struct gathered)GATHERED_INIT(gathered->total);
}

static int compare_files(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int compare(const void *left, const void *right)
{
	const struct finding *a = left, *b = right; /* the first field of an item */

	if (compare_files(a->file, b->file) != 0)
		return compare_files(a->file, b->file);
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	if (a->column != b->column)
		return a->column < b->column ? -1 : 1;
	if (a->level != b->level)
		return a->level < b->level ? -1 : 1;
	return strcmp(a->message, b->message);
}

static struct gathered_item *find(struct gathered *gathered, const struct finding *finding)
{
	for (size_t i = 0; i < gathered->count; i++) {
		if (compare(&gathered->items[i].finding, finding) == 0)
			return &gathered->items[i];
	}
	return NULL;
}

static int add_item(struct gathered *gathered, const struct finding *finding,
		struct gathered_item **out)
{
	struct gathered_item item = {.finding = *finding};

	if (vec_reserve(&gathered->items, &gathered->cap, gathered->count + 1,
			    sizeof(*gathered->items)) < 0)
		return -ENOMEM;
	item.finding.file = finding->file ? strdup(finding->file) : NULL;
	item.finding.message = strdup(finding->message);
	item.has = calloc(gathered->total / 8 + 1, 1);
	if ((finding->file && !item.finding.file) || !item.finding.message || !item.has) {
		item_release(&item);
		return -ENOMEM;
	}
	gathered->errors += finding->level == DIAG_ERROR;
	gathered->items[gathered->count++] = item;
	*out = &gathered->items[gathered->count - 1];
	return 0;
}

static bool has(const struct gathered_item *item, uint32_t number)
{
	return (item->has[number / 8] & 1u << number % 8) != 0;
}

int gathered_add(struct gathered *gathered, uint32_t number, const struct diag *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		struct gathered_item *item = find(gathered, &findings->items[i]);

		if (!item && gathered->count == GATHERED_MAX) {
			gathered->dropped++;
			gathered->errors += findings->items[i].level == DIAG_ERROR;
			continue;
		}
		if (!item && add_item(gathered, &findings->items[i], &item) < 0)
			return -ENOMEM;
		if (has(item, number))
			continue;
		item->has[number / 8] |= (uint8_t)(1u << number % 8);
		item->count++;
	}
	if (findings->dropped > gathered->dropped)
		gathered->dropped = findings->dropped;
	return 0;
}

void gathered_sort(struct gathered *gathered)
{
	if (gathered->count > 0)
		qsort(gathered->items, gathered->count, sizeof(*gathered->items), compare);
}

/* Which value of a fact all combinations with the finding have; a NULL name: they differ. */
struct common {
	char name[FACT_SIZE_MAX + 1], value[FACT_SIZE_MAX + 1];
	bool differs;
};

static void note(struct common *common, const struct pair *pair, bool is_first)
{
	char value[FACT_SIZE_MAX + 1] = "";

	if (pair->value_len < sizeof(value))
		memcpy(value, pair->value, pair->value_len);
	if (is_first) {
		memcpy(common->value, value, sizeof(value));
		if (pair->name_len < sizeof(common->name))
			memcpy(common->name, pair->name, pair->name_len);
	}
	if (strcmp(common->value, value) != 0)
		common->differs = true;
}

/* Call NOTE with each fact of each combination of ITEM; the number of facts, or negative. */
static int find_common(const struct gathered *gathered, const struct gathered_item *item,
		const struct manifest *manifest, const char *given, struct common *common)
{
	bool is_first = true;
	int count = 0;

	for (uint32_t i = 0; i < gathered->total; i++) {
		const char *at;
		struct pair pair;
		char *facts;

		if (!has(item, i))
			continue;
		if (facts_combine(manifest, given, i, &facts) < 0)
			return -ENOMEM;
		count = 0;
		for (at = facts; count < FACTS_MAX && pairs_next(&at, &pair); count++)
			note(&common[count], &pair, is_first);
		is_first = false;
		free(facts);
	}
	return count;
}

/* Do these facts, and no others, make the finding? */
static uint32_t count_covered(const struct gathered *gathered, const struct manifest *manifest,
		const char *given, const struct common *common, int facts_count)
{
	uint32_t covered = 0;

	for (uint32_t i = 0; i < gathered->total; i++) {
		bool is_covered = true;
		struct pair pair;
		char *facts;

		if (facts_combine(manifest, given, i, &facts) < 0)
			return 0;
		for (int k = 0; k < facts_count && is_covered; k++)
			is_covered = common[k].differs ||
					(pairs_find(facts, common[k].name, &pair) &&
							pair.value_len == strlen(common[k].value) &&
							memcmp(pair.value, common[k].value,
									pair.value_len) == 0);
		covered += is_covered;
		free(facts);
	}
	return covered;
}

void gathered_facts(const struct gathered *gathered, const struct gathered_item *item,
		const struct manifest *manifest, const char *given, struct buf *out)
{
	struct common *common;
	bool has_words = false;
	struct pair pair;
	int count;

	if (item->count == gathered->total)
		return;
	common = calloc(FACTS_MAX, sizeof(*common));
	count = common ? find_common(gathered, item, manifest, given, common) : 0;
	for (int i = 0; i < count; i++) {
		if (common[i].differs || (given && pairs_find(given, common[i].name, &pair)))
			continue;
		buf_printf(out, "%s%s=%s", has_words ? " " : " (with ", common[i].name,
				common[i].value);
		has_words = true;
	}
	if (!has_words || count_covered(gathered, manifest, given, common, count) != item->count)
		buf_printf(out, "%sin %u of %u combinations", has_words ? ", " : " (", item->count,
				gathered->total);
	buf_add_char(out, ')');
	free(common);
}
