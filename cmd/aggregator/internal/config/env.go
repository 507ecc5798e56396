package config

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// environment is the layer that variables make.
type environment struct {
	tree map[string]any
	set  map[string]string // key → variable
}

// Read hands the layer to koanf.
func (e environment) Read() (map[string]any, error) { return e.tree, nil }

// ReadBytes exists for koanf's interface only: the layer is not text.
func (e environment) ReadBytes() ([]byte, error) {
	return nil, errors.New("environment has no text form")
}

// kubernetesLink matches what Kubernetes puts into every container for each service of the namespace: with a service
// named "aggregator", these would look like ours.
var kubernetesLink = regexp.MustCompile(
	`^AGGREGATOR(_[A-Z0-9_]+)?_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)=`)

// readEnvironment picks our variables out of environ ("NAME=value"), for the products of that name. Unknown ones are
// problems.
func readEnvironment(environ, products []string, where *places) environment {
	env := environment{tree: map[string]any{}, set: map[string]string{}}
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
			env.put(path, variableText(value))
			env.set[strings.Join(path, ".")] = name
		}
	}
	return env
}

func (e environment) put(path []string, value any) {
	at := e.tree
	for _, step := range path[:len(path)-1] {
		next, ok := at[step].(map[string]any)
		if !ok {
			next = map[string]any{}
			at[step] = next
		}
		at = next
	}
	at[path[len(path)-1]] = value
}
