#include "src/cmd/starter.h"

#include <stddef.h>

/* What is one line in a file is one line here. */
/* clang-format off */

static const char manifest[] =
		"# What nodes see of this repository. `refmount check . --all-facts` says what is wrong with it;\n"
		"# refmount.yaml(5) explains every key.\n"
		"refmount: 1\n"
		"\n"
		"# All that the repository may know about a node. The node says it: `--fact env=prod`, or `facts:` in its\n"
		"# /etc/refmount/NAME.yaml. `host` is the host's name unless the node says otherwise.\n"
		"facts:\n"
		"  host: {default: localhost}\n"
		"  env: {enum: [dev, prod], default: dev}\n"
		"\n"
		"# Where values come from, the lowest layer first: maps merge, anything else is replaced by a later one. A file\n"
		"# that is missing is fine, unless it is required.\n"
		"layers:\n"
		"  - {path: values/common.yaml, required: true}\n"
		"  - values/env/${env}.yaml\n"
		"  - values/host/${host}.yaml\n"
		"\n"
		"# What merges in another way: append, prepend, unique, replace, or {by: KEY} for lists of maps.\n"
		"merge:\n"
		"  app.features: unique\n"
		"\n"
		"files:\n"
		"  root: files                  # the folder that is shown; nothing else of the repository is\n"
		"  engines: {'*.j2': jinja}     # rendered, and shown without this suffix; all other files byte for byte\n"
		"  modes:                       # the first match counts; else 0644, or 0755 where Git says executable\n"
		"    - {match: 'app/*.env', mode: '0640'}\n"
		"\n"
		"# Values as a file, where no template is needed: json yaml env env-docker shell properties ini toml.\n"
		"views:\n"
		"  app/app.env: {from: app.environment, format: env}\n"
		"\n"
		"# A commit that does not pass is refused, and nodes keep what they have.\n"
		"validate:\n"
		"  values: schema/values.schema.json\n"
		"  files:\n"
		"    - {match: '**/*.json', parse: json}\n"
		"    - {match: '**/*.{yml,yaml}', parse: yaml}\n"
		"\n"
		"# Names of secrets; the secrets themselves lie on the node (`-o secrets=DIR`, one file each), never in Git.\n"
		"# In a template: {{ secrets.db_password }}\n"
		"# secrets: {db_password: {required: true}}\n";

static const char common[] = "# What holds everywhere, unless a later layer says otherwise.\n"
			     "app:\n"
			     "  listen: 127.0.0.1:8080\n"
			     "  workers: 2\n"
			     "  features: [search]\n"
			     "  environment:\n"
			     "    APP_COLOR: blue\n";

static const char dev[] = "# Where env=dev. `refmount explain . app.workers --fact env=dev` says "
			  "where a value comes from.\n"
			  "app:\n"
			  "  environment:\n"
			  "    APP_DEBUG: '1'\n";

static const char prod[] = "# Where env=prod.\n"
			   "app:\n"
			   "  listen: 0.0.0.0:8080\n"
			   "  workers: 8\n"
			   "  features: [metrics]     # together with those of common.yaml: see "
			   "`merge` in refmount.yaml\n";

static const char conf[] = "{# Jinja2, as Ansible's templates have it: refmount-templates(7). A "
			   "value that is missing is a finding. #}\n"
			   "# {{ managed }}\n"
			   "# {{ facts.host }}, {{ facts.env }}\n"
			   "listen {{ app.listen }}\n"
			   "workers {{ app.workers }}\n"
			   "{% for feature in app.features %}\n"
			   "enable {{ feature }}\n"
			   "{% endfor %}\n";

static const char flags[] =
		"{\n"
		"  \"comment\": \"not a template: shown as it is, once it has been parsed\",\n"
		"  \"new_checkout\": false\n"
		"}\n";

static const char schema[] =
		"{\n"
		"  \"$comment\": \"JSON Schema: what the merged values have to look like\",\n"
		"  \"type\": \"object\",\n"
		"  \"required\": [\"app\"],\n"
		"  \"properties\": {\n"
		"    \"app\": {\n"
		"      \"type\": \"object\",\n"
		"      \"required\": [\"listen\", \"workers\"],\n"
		"      \"additionalProperties\": false,\n"
		"      \"properties\": {\n"
		"        \"listen\": {\"type\": \"string\", \"pattern\": \":[0-9]+$\"},\n"
		"        \"workers\": {\"type\": \"integer\", \"minimum\": 1, \"maximum\": 64},\n"
		"        \"features\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}},\n"
		"        \"environment\": {\"type\": \"object\", \"additionalProperties\": {\"type\": \"string\"}}\n"
		"      }\n"
		"    }\n"
		"  }\n"
		"}\n";

static const char readme[] = "# Configuration\n"
			     "\n"
			     "What is pushed to this repository is what machines show, with "
			     "[refmount](refmount.yaml).\n"
			     "\n"
			     "| | |\n"
			     "|---|---|\n"
			     "| `refmount.yaml` | facts, layers, modes, checks |\n"
			     "| `values/` | the values, layer upon layer |\n"
			     "| `files/` | what is shown: `*.j2` rendered, the rest as it is |\n"
			     "| `schema/` | what values may look like |\n"
			     "\n"
			     "Before a commit:\n"
			     "\n"
			     "```sh\n"
			     "refmount check . --all-facts                              # "
			     "everything that is wrong, for all facts\n"
			     "refmount render . --fact env=prod app/app.conf            # one "
			     "file, as a node would see it\n"
			     "refmount explain . --fact env=prod app.workers            # where a "
			     "value comes from\n"
			     "```\n";

const struct starter_file starter_files[] = {
		{"refmount.yaml", manifest, false},
		{"values/common.yaml", common, false},
		{"values/env/dev.yaml", dev, false},
		{"values/env/prod.yaml", prod, false},
		{"files/app/app.conf.j2", conf, false},
		{"files/app/flags.json", flags, false},
		{"schema/values.schema.json", schema, false},
		{"README.md", readme, true},
		{NULL, NULL, false},
};

/* clang-format on */
