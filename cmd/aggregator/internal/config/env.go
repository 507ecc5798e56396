package config

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// kubernetesLink matches what Kubernetes puts into every container for each service of the namespace: with a service
// named "aggregator", these would look like ours.
var kubernetesLink = regexp.MustCompile(
	`^AGGREGATOR(_[A-Z0-9_]+)?_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)=`)

// overlay writes our variables out of environ ("NAME=value") over the file's tree, as far as they speak of a key or of a
// product of that name. Unknown ones are problems.
func overlay(tree map[string]any, environ, products []string, where *places) {
	table := variables(products)
	for _, entry := range sortedSet(slices.Clone(environ)) {
		if !strings.HasPrefix(entry, variablePrefix) || kubernetesLink.MatchString(entry) {
			continue
		}
		name, value, _ := strings.Cut(entry, "=")
		path, known := table[name]
		switch {
		case !known:
			where.problems = append(where.problems, Problem{
				File: "environment", Path: name, Detail: "unknown variable",
				Fix: suggest(name, slices.Collect(maps.Keys(table))),
			})
		case path == nil:
			where.problems = append(where.problems, Problem{
				File: "environment", Path: name, Detail: "could mean either of two products",
				Fix: "set it in the file",
			})
		default:
			put(tree, path, variableText(value))
			where.env[strings.Join(path, ".")] = name
		}
	}
}

// put sets the value at a path, in sections that it makes where there is none.
func put(tree map[string]any, path []string, value any) {
	for _, step := range path[:len(path)-1] {
		next, ok := tree[step].(map[string]any)
		if !ok {
			next = map[string]any{}
			tree[step] = next
		}
		tree = next
	}
	tree[path[len(path)-1]] = value
}
