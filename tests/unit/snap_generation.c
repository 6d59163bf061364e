#include "src/snap/generation.h"

#include <errno.h>

#include "src/base/buf.h"
#include "src/snap/compact.h"
#include "src/snap/diff.h"
#include "tests/unit/snap_model.h"

static struct generation sample(void)
{
	struct generation g = {.number = 17,
			.time = -5,
			.settings = 99,
			.root = place_make(3, 80),
			.index = place_make(17, 160),
			.next_dir = 20,
			.files = 4,
			.bytes = 5,
			.changed = 6,
			.segment_count = 2};

	memset(g.commit.bytes, 0xab, 20);
	memset(g.tree.bytes, 0xcd, 20);
	(void)snprintf(g.author, sizeof(g.author), "J\xc3\xbcrgen <j@example.com>");
	(void)snprintf(g.subject, sizeof(g.subject), "Raise the worker count");
	g.segments[0] = (struct segment_use){3, 10, 1000, 5000};
	g.segments[1] = (struct segment_use){17, 2, 100, 4500};
	return g;
}

static void comes_back_as_it_was(void **state)
{
	struct generation g = sample(), back;
	struct buf record = BUF_INIT;

	(void)state;
	buf_add_str(&record, "12345"); /* encode appends */
	generation_encode(&g, &record);
	memset(&back, 0, sizeof(back));
	assert_int_equal(generation_decode(record.data + 5, record.len - 5, &back, NULL), 0);
	assert_int_equal(back.number, g.number);
	assert_memory_equal(&back.commit, &g.commit, sizeof(g.commit));
	assert_memory_equal(&back.tree, &g.tree, sizeof(g.tree));
	assert_int_equal(back.time, g.time);
	assert_string_equal(back.author, g.author);
	assert_string_equal(back.subject, g.subject);
	assert_int_equal(back.settings, g.settings);
	assert_int_equal(back.root, g.root);
	assert_int_equal(back.index, g.index);
	assert_int_equal(back.next_dir, g.next_dir);
	assert_int_equal(back.files, g.files);
	assert_int_equal(back.bytes, g.bytes);
	assert_int_equal(back.changed, g.changed);
	assert_int_equal(back.segment_count, 2);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(back.segments[i].number, g.segments[i].number);
		assert_int_equal(back.segments[i].references, g.segments[i].references);
		assert_int_equal(back.segments[i].live_bytes, g.segments[i].live_bytes);
		assert_int_equal(back.segments[i].size_bytes, g.segments[i].size_bytes);
	}
	buf_release(&record);
}

static void every_damage_is_found(void **state)
{
	struct generation g = sample(), out = {.number = 1};
	struct buf record = BUF_INIT;

	(void)state;
	generation_encode(&g, &record);
	for (size_t i = 0; i < record.len; i++) {
		for (int bit = 0; bit < 8; bit++) {
			record.data[i] ^= (char)(1 << bit);
			assert_int_equal(generation_decode(record.data, record.len, &out, NULL),
					-EBADMSG);
			record.data[i] ^= (char)(1 << bit);
		}
		assert_int_equal(generation_decode(record.data, i, &out, NULL), -EBADMSG);
	}
	buf_add_char(&record, 'x');
	assert_int_equal(generation_decode(record.data, record.len, &out, NULL), -EBADMSG);
	assert_int_equal(out.number, 1);
	buf_release(&record);
}

static void assert_refused(const struct generation *g)
{
	struct buf record = BUF_INIT;
	struct generation out;
	struct err err = ERR_INIT;

	generation_encode(g, &record);
	assert_int_equal(generation_decode(record.data, record.len, &out, &err), -EBADMSG);
	assert_string_equal(err.text, "generation record is inconsistent");
	buf_release(&record);
}

static void nonsense_is_refused(void **state)
{
	struct generation g;

	(void)state;
	g = sample();
	g.number = 0;
	assert_refused(&g);
	g = sample();
	g.number = SEGMENT_OVERLAY | 1;
	assert_refused(&g);
	g = sample();
	g.root = place_make(4, 80);
	assert_refused(&g);
	g = sample();
	g.index = PLACE_NONE;
	assert_refused(&g);
	g = sample();
	g.next_dir = 3;
	assert_refused(&g);
	g = sample();
	g.segments[0].number = 17;
	assert_refused(&g);
	g = sample();
	g.segments[1].number = 0;
	assert_refused(&g);
	g = sample();
	g.author[1] = '\xff';
	assert_refused(&g);
}

static void long_texts_are_cut_at_a_character(void **state)
{
	struct generation g = sample(), out;
	struct buf record = BUF_INIT;

	(void)state;
	memset(g.subject, 'x', sizeof(g.subject));
	memcpy(g.subject + GENERATION_TEXT_MAX - 2, "\xc3\xbc", 2);
	g.subject[GENERATION_TEXT_MAX - 1] = '\0'; /* half a character */
	g.subject[GENERATION_TEXT_MAX - 2] = '\0';
	generation_encode(&g, &record);
	assert_int_equal(generation_decode(record.data, record.len, &out, NULL), 0);
	assert_int_equal(strlen(out.subject), GENERATION_TEXT_MAX - 2);
	buf_release(&record);
}

static void compaction_is_wanted_when_it_pays(void **state)
{
	struct generation g = sample();

	(void)state;
	assert_false(generation_wants_compaction(&g));
	g.segments[0].size_bytes = 10 << 20;
	assert_true(generation_wants_compaction(&g));
	g.segments[0].live_bytes = 6 << 20;
	assert_false(generation_wants_compaction(&g));
	g.segments[0] = (struct segment_use){3, 1, 1000, 900000}; /* dead, but not worth it */
	assert_false(generation_wants_compaction(&g));
	g.segment_count = GENERATION_SEGMENTS_GOOD + 1;
	assert_true(generation_wants_compaction(&g));
}

static void assert_same_uses(const struct generation *a, const struct generation *b)
{
	assert_int_equal(a->segment_count, b->segment_count);
	for (uint32_t i = 0; i < a->segment_count; i++) {
		assert_int_equal(a->segments[i].number, b->segments[i].number);
		assert_int_equal(a->segments[i].references, b->segments[i].references);
		assert_int_equal(a->segments[i].live_bytes, b->segments[i].live_bytes);
		assert_int_equal(a->segments[i].size_bytes, b->segments[i].size_bytes);
	}
}

static bool uses_segment(const struct generation *g, uint32_t number)
{
	for (uint32_t i = 0; i < g->segment_count; i++)
		if (g->segments[i].number == number)
			return true;
	return false;
}

static int count_events(void *arg, const struct diff_event *event)
{
	(void)event;
	++*(int *)arg;
	return 0;
}

/* Write the model's generation anew as NUMBER; nothing may look different. */
static struct generation compact(struct model *model, uint32_t number)
{
	struct generation next = {.number = number};
	struct builder *builder;
	int fd, events = 0;

	builder = begin(number, model->set, &fd);
	assert_int_equal(
			compact_tree(model->set, model->now.root, builder, &next.root, &next.index),
			0);
	finish_into(builder, fd, number, model->set);
	assert_int_equal(diff_trees(model->set, model->now.root, next.root, true, count_events,
					 &events),
			0);
	assert_int_equal(events, 0);
	return next;
}

/*
 * Random edits over many generations. The counts from the difference must be those from the whole tree,
 * and a segment that is not counted must not be missed.
 */
static void counts_are_exact(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct model *model = model_new(seed);
		bool has_base = false;

		for (uint32_t number = 1; number <= 250; number++) {
			struct generation next, whole;

			if (number % 90 == 0 || generation_wants_compaction(&model->now)) {
				next = compact(model, number);
			} else {
				for (uint32_t i = model_random(model, 6) + (number == 1) * 200;
						i > 0; i--)
					model_edit(model);
				next = model_build(model, number);
			}
			assert_int_equal(generation_count_segments(model->set,
							 has_base ? &model->now : NULL, &next),
					0);
			whole = next;
			assert_int_equal(generation_recount(model->set, &whole), 0);
			assert_same_uses(&next, &whole);
			for (uint32_t old = 1; old <= number; old++)
				if (!uses_segment(&next, old))
					segment_unmap(segment_set_remove(model->set, old));
			model_check(model, model->root, next.root, next.index, 0);
			model->now = next;
			has_base = true;
		}
		model_free(model);
	}
}

static void wrong_counts_are_noticed(void **state)
{
	struct model *model = model_new(9);
	struct generation next;

	(void)state;
	for (int i = 0; i < 30; i++)
		model_edit(model);
	model->now = model_build(model, 1);
	assert_int_equal(generation_recount(model->set, &model->now), 0);
	for (int i = 0; i < 30; i++)
		model_edit(model);
	next = model_build(model, 2);
	model->now.segments[0].references = 1;
	assert_int_equal(generation_count_segments(model->set, &model->now, &next), -EIO);
	assert_int_equal(next.segment_count, 0);
	segment_unmap(segment_set_remove(model->set, 1));
	assert_int_equal(generation_recount(model->set, &next), -EIO);
	model_free(model);
}

/* One file from each of many segments. */
static void too_many_segments_are_refused(void **state)
{
	struct segment_set *set = segment_set_new();
	place files[GENERATION_SEGMENTS_MAX];
	struct generation g = {.number = 1};
	struct builder *builder;
	char name[8];
	int fd;

	(void)state;
	for (uint32_t i = 0; i < GENERATION_SEGMENTS_MAX; i++) {
		builder = begin(i + 1, set, &fd);
		(void)snprintf(name, sizeof(name), "%u", i);
		files[i] = put_text(builder, DIR_ROOT, name, name);
		finish_into(builder, fd, i + 1, set);
	}
	builder = begin(1000, set, &fd);
	g.root = put_root(builder, files, GENERATION_SEGMENTS_MAX);
	g.index = PLACE_NONE;
	finish_into(builder, fd, 1000, set);
	assert_int_equal(generation_recount(set, &g), -ENOSPC);
	assert_int_equal(g.segment_count, 0);

	builder = begin(1001, set, &fd);
	g.root = put_root(builder, files, GENERATION_SEGMENTS_MAX - 1);
	finish_into(builder, fd, 1001, set);
	assert_int_equal(generation_recount(set, &g), 0);
	assert_int_equal(g.segment_count, GENERATION_SEGMENTS_MAX);
	segment_set_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(comes_back_as_it_was),
			cmocka_unit_test(every_damage_is_found),
			cmocka_unit_test(nonsense_is_refused),
			cmocka_unit_test(long_texts_are_cut_at_a_character),
			cmocka_unit_test(compaction_is_wanted_when_it_pays),
			cmocka_unit_test(counts_are_exact),
			cmocka_unit_test(wrong_counts_are_noticed),
			cmocka_unit_test(too_many_segments_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
