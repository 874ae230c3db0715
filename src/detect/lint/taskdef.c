#include "detect/lint/taskdef.h"

enum { NESTING = 128 };

/* ---- keys ---- */

enum key_weight {
	KEY_FOREIGN,
	KEY_SHARED, /* other formats have it too */
	KEY_OWN,    /* hardly anything else has it */
};

struct key {
	const char *name;
	enum key_weight weight;
	enum node_kind kind; /* NODE_NULL: of several kinds */
};

/* ContainerDefinition and RegisterTaskDefinition of the ECS API, but image and
 * containerDefinitions. */
static const struct key keys[] = {
    {"portMappings", KEY_OWN, NODE_LIST},
    {"essential", KEY_OWN, NODE_BOOL},
    {"memoryReservation", KEY_OWN, NODE_NULL},
    {"mountPoints", KEY_OWN, NODE_LIST},
    {"volumesFrom", KEY_OWN, NODE_LIST},
    {"logConfiguration", KEY_OWN, NODE_MAP},
    {"linuxParameters", KEY_OWN, NODE_MAP},
    {"repositoryCredentials", KEY_OWN, NODE_MAP},
    {"environmentFiles", KEY_OWN, NODE_LIST},
    {"dockerSecurityOptions", KEY_OWN, NODE_LIST},
    {"dockerLabels", KEY_OWN, NODE_MAP},
    {"readonlyRootFilesystem", KEY_OWN, NODE_BOOL},
    {"resourceRequirements", KEY_OWN, NODE_LIST},
    {"firelensConfiguration", KEY_OWN, NODE_MAP},
    {"pseudoTerminal", KEY_OWN, NODE_BOOL},
    {"disableNetworking", KEY_OWN, NODE_BOOL},
    {"dnsSearchDomains", KEY_OWN, NODE_LIST},
    {"credentialSpecs", KEY_OWN, NODE_LIST},
    {"systemControls", KEY_OWN, NODE_LIST},
    {"restartPolicy", KEY_SHARED, NODE_MAP},
    {"versionConsistency", KEY_OWN, NODE_STRING},
    {"startTimeout", KEY_SHARED, NODE_NUMBER},
    {"stopTimeout", KEY_SHARED, NODE_NUMBER},
    {"entryPoint", KEY_SHARED, NODE_LIST},
    {"name", KEY_SHARED, NODE_STRING},
    {"cpu", KEY_SHARED, NODE_NULL},
    {"memory", KEY_SHARED, NODE_NULL},
    {"command", KEY_SHARED, NODE_LIST},
    {"environment", KEY_SHARED, NODE_LIST},
    {"secrets", KEY_SHARED, NODE_LIST},
    {"user", KEY_SHARED, NODE_STRING},
    {"workingDirectory", KEY_SHARED, NODE_STRING},
    {"links", KEY_SHARED, NODE_LIST},
    {"hostname", KEY_SHARED, NODE_STRING},
    {"dependsOn", KEY_SHARED, NODE_LIST},
    {"dnsServers", KEY_SHARED, NODE_LIST},
    {"extraHosts", KEY_SHARED, NODE_LIST},
    {"privileged", KEY_SHARED, NODE_NULL},
    {"interactive", KEY_SHARED, NODE_BOOL},
    {"ulimits", KEY_SHARED, NODE_LIST},
    {"healthCheck", KEY_SHARED, NODE_MAP},
    {"family", KEY_SHARED, NODE_STRING},
    {"taskRoleArn", KEY_OWN, NODE_STRING},
    {"executionRoleArn", KEY_OWN, NODE_STRING},
    {"networkMode", KEY_SHARED, NODE_STRING},
    {"volumes", KEY_SHARED, NODE_LIST},
    {"placementConstraints", KEY_OWN, NODE_LIST},
    {"requiresCompatibilities", KEY_OWN, NODE_LIST},
    {"runtimePlatform", KEY_OWN, NODE_MAP},
    {"proxyConfiguration", KEY_SHARED, NODE_MAP},
    {"ephemeralStorage", KEY_SHARED, NODE_MAP},
    {"tags", KEY_SHARED, NODE_LIST},
    {"pidMode", KEY_SHARED, NODE_STRING},
    {"ipcMode", KEY_SHARED, NODE_STRING},
};

static bool is_numeric(const struct node *node)
{
	uint64_t ignored;

	return node_u64(node, &ignored) || str_to_u64(node_text(node), &ignored);
}

static enum key_weight weight_of(const struct node *node)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (!str_eq_nocase(node->key, str_of(keys[i].name)))
			continue;
		if (str_eq_nocase(node->key, STR("cpu")) || str_eq_nocase(node->key, STR("memory")))
			return is_numeric(node) ? keys[i].weight : KEY_FOREIGN;
		if (keys[i].kind == NODE_NULL || node_is(node, keys[i].kind) ||
		    node_is(node, NODE_NULL))
			return keys[i].weight;
		return KEY_FOREIGN;
	}
	return KEY_FOREIGN;
}

struct key_count {
	unsigned own, shared, foreign;
	bool image;
};

static struct key_count count_keys(const struct node *map)
{
	struct key_count count = {0};

	for (const struct node *n = node_first(map); n; n = n->next) {
		enum key_weight weight = weight_of(n);

		if (str_eq(n->key, STR("image")) && !node_is(n, NODE_MAP) && !node_is(n, NODE_LIST))
			count.image = true;
		else if (weight == KEY_OWN)
			count.own++;
		else if (weight == KEY_SHARED)
			count.shared++;
		else
			count.foreign++;
	}
	return count;
}

/* ---- what is one ---- */

/* Depth first, in the order of the text. */
static const struct node *next_node(const struct node *node)
{
	/* What an alias shares is the anchor's, and was met there. */
	if (node->first && node->first->parent == node)
		return node->first;
	while (node && !node->next)
		node = node->parent;
	return node ? node->next : NULL;
}

const struct node *lint_taskdef_get(const struct node *map, struct str key)
{
	const struct node *found = NULL;

	for (const struct node *n = node_is(map, NODE_MAP) ? map->first : NULL; n; n = n->next)
		if (str_eq_nocase(n->key, key))
			found = n;
	return found;
}

/* Of the list of containers also one that names no image. */
static bool is_container(const struct node *node)
{
	return node_is(node, NODE_MAP) &&
	       (lint_taskdef_get(node, STR("image")) ||
		   (node->parent && node_is(node->parent, NODE_LIST) &&
		       str_eq_nocase(node->parent->key, STR("containerDefinitions"))));
}

static bool has_container(const struct node *root)
{
	for (const struct node *n = root; n; n = next_node(n))
		if (is_container(n))
			return true;
	return false;
}

/* Of a map with hardly more than an image: whether that is a container's, not a picture. */
static bool is_reference(const struct node *map)
{
	static const char *const pictures[] = {
	    ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".ico", ".img", ".iso", ".qcow2"};
	struct str image = node_text(node_get(map, STR("image")));

	for (size_t i = 0; i < ARRAY_LEN(pictures); i++)
		if (str_ends(image, str_of(pictures[i])))
			return false;
	return image.n > 0 && !str_has(image, STR("://")) && !str_has(image, STR(" "));
}

/* A map at the top, or in a list there. Where brackets are missing an image may stand anywhere
 * below. */
static bool is_definition(const struct node *map, const struct syntax_tree *tree)
{
	struct key_count count;

	if (!node_is(map, NODE_MAP))
		return false;
	if (lint_taskdef_get(map, STR("containerDefinitions")))
		return true;
	count = count_keys(map);
	if (count.image)
		return count.own > 0 ? count.foreign <= 1 + count.own
				     : count.foreign == 0 && count.shared > 0 &&
					   (count.shared > 1 || is_reference(map));
	return tree->problems.n > 0 && count.own > 0 && count.foreign == 0 && has_container(map);
}

bool taskdef_is_name(struct str name)
{
	char letters[64];
	size_t n = 0;

	for (size_t i = 0; i < name.n && n < sizeof letters; i++)
		if (byte_is_alpha(name.p[i]))
			letters[n++] = byte_lower(name.p[i]);
	return str_has(str_make(letters, n), STR("taskdef")) ||
	       str_has(str_make(letters, n), STR("containerdef"));
}

static bool root_is(const struct node *root, bool by_name, const struct syntax_tree *tree)
{
	const struct node *first = node_is(root, NODE_LIST) ? root->first : root;

	for (const struct node *n = first; n; n = n->next) {
		struct key_count count = count_keys(n);

		/* `aws ecs describe-task-definition` wraps one. */
		if (is_definition(n, tree) ||
		    is_definition(lint_taskdef_get(n, STR("taskDefinition")), tree) ||
		    (by_name && node_is(n, NODE_MAP) && count.own + count.shared > 0 &&
			(count.image || tree->problems.n > 0)))
			return true;
		if (!node_is(root, NODE_LIST))
			break;
	}
	return false;
}

bool taskdef_is(struct str name, const struct syntax_tree *tree)
{
	bool by_name = taskdef_is_name(name);

	/* A development container's smallest form has a name and an image, and is no ECS one. */
	if (str_ends(name, STR("devcontainer.json")))
		return false;
	for (size_t i = 0; i < tree->roots.n; i++)
		if (root_is(tree->roots.p[i], by_name, tree))
			return true;
	return by_name && tree->problems.n > 0 && tree->roots.n == 0;
}

static bool is_yaml(struct str path)
{
	return str_ends(path, STR(".yaml")) || str_ends(path, STR(".yml"));
}

static bool has_nocase(struct str text, struct str part)
{
	for (size_t i = 0; i + part.n <= text.n; i++)
		if (byte_lower(text.p[i]) == byte_lower(part.p[0]) &&
		    str_eq_nocase(str_sub(text, i, part.n), part))
			return true;
	return false;
}

/* A key may be written with escapes: "\u0069mage". */
bool taskdef_may_be(struct str path, struct str bytes)
{
	size_t dot = str_rchr(path, '.');
	struct str start = str_trim_left(bytes), end = str_sub(path, dot, path.n);
	bool json = dot != STR_NPOS && str_eq_nocase(end, STR(".json"));

	if (str_starts(start, STR("\xef\xbb\xbf")))
		start = str_trim_left(str_sub(start, 3, start.n));
	if (!json && !is_yaml(path))
		return false;
	if (json && (start.n == 0 || (start.p[0] != '{' && start.p[0] != '[')))
		return taskdef_is_name(path);
	return has_nocase(bytes, STR("containerDefinitions")) || taskdef_is_name(path) ||
	       (str_has(bytes, STR("image")) &&
		   (json || str_has(bytes, STR("portMappings")) ||
		       str_has(bytes, STR("essential")) || str_has(bytes, STR("mountPoints")) ||
		       str_has(bytes, STR("logConfiguration")))) ||
	       (json && str_has(bytes, STR("\\u00")));
}

int taskdef_read(struct str path, struct str bytes, struct arena *arena, struct syntax_tree *ret,
    struct err *err)
{
	return is_yaml(path) ? yaml_tree(bytes, NESTING, arena, ret, err)
			     : json_tree(bytes, NESTING, arena, ret, err);
}

/* ---- its containers ---- */

const struct node *lint_next_container(const struct syntax_tree *tree, const struct node *last)
{
	size_t root = 0;
	const struct node *node = last;

	for (; last && root < tree->roots.n; root++) {
		const struct node *top = last;

		while (top->parent)
			top = top->parent;
		if (tree->roots.p[root] == top)
			break;
	}
	for (; root < tree->roots.n; root++) {
		node = node ? next_node(node) : tree->roots.p[root];
		while (node && !is_container(node))
			node = next_node(node);
		if (node)
			return node;
	}
	return NULL;
}
