/* Keywords that apply other schemas to the same value. */
#include "src/value/jsonschema_trial.h"

bool keyword_ref(struct trial *trial, const struct site *site, const struct value *argument)
{
	const struct value *target = schema_doc_resolve(&trial->doc, argument);

	return !target || trial_apply(trial, target, site->value, site->marks);
}

bool keyword_all_of(struct trial *trial, const struct site *site, const struct value *argument)
{
	bool ok = true;
	size_t i;

	for (i = 0; i < argument->list.count && (ok || trial->muted == 0); i++)
		ok = trial_apply(trial, argument->list.items[i], site->value, site->marks) && ok;
	return ok;
}

/* All are tried while somebody asks for marks: each that fits has looked at something. */
bool keyword_any_of(struct trial *trial, const struct site *site, const struct value *argument)
{
	char shown[TRIAL_SHOWN_SIZE];
	bool ok = false;
	size_t i;

	for (i = 0; i < argument->list.count && (!ok || site->marks); i++)
		ok = trial_try(trial, argument->list.items[i], site->value, site->marks) || ok;
	return ok ||
			trial_complain(trial, site->value,
					"%s fits none of the %zu schemas that are allowed here "
					"(anyOf)",
					trial_shown(site->value, shown), argument->list.count);
}

bool keyword_one_of(struct trial *trial, const struct site *site, const struct value *argument)
{
	char shown[TRIAL_SHOWN_SIZE];
	size_t i, fitting = 0;

	for (i = 0; i < argument->list.count; i++)
		fitting += trial_try(trial, argument->list.items[i], site->value, site->marks);
	if (fitting == 1)
		return true;
	if (fitting == 0)
		return trial_complain(trial, site->value,
				"%s fits none of the %zu schemas of which it must fit one (oneOf)",
				trial_shown(site->value, shown), argument->list.count);
	return trial_complain(trial, site->value,
			"%s fits %zu of the %zu schemas of which it must fit one only (oneOf)",
			trial_shown(site->value, shown), fitting, argument->list.count);
}

bool keyword_not(struct trial *trial, const struct site *site, const struct value *argument)
{
	char shown[TRIAL_SHOWN_SIZE];

	return !trial_try(trial, argument, site->value, NULL) ||
			trial_complain(trial, site->value, "%s is what the schema excludes (not)",
					trial_shown(site->value, shown));
}

bool keyword_if(struct trial *trial, const struct site *site, const struct value *argument)
{
	bool fits = trial_try(trial, argument, site->value, site->marks);
	const struct value *next = value_get(site->schema, fits ? "then" : "else");

	return !next || trial_apply(trial, next, site->value, site->marks);
}
