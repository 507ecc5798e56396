package acme

import (
	"maps"
	"net/url"
	"slices"
	"strings"
)

// callNames are all names under which calls are counted and faults placed: operations, groups, and "*" for all.
func callNames(routes []route) []string {
	set := map[string]bool{"*": true}
	for _, rt := range routes {
		set[rt.name] = true
		for _, group := range rt.groups {
			set[group] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// match finds the route of a call and its arguments, unescaped: an escaped slash or pipe stays inside its argument.
func match(table []route, on base, method, escapedPath string) (*route, []string) {
	segments := strings.Split(escapedPath, "/")
	for i := range table {
		rt := &table[i]
		if rt.method != method || rt.on&on == 0 || len(rt.pattern) != len(segments) {
			continue
		}
		if args, ok := arguments(rt.pattern, segments); ok {
			return rt, args
		}
	}
	return nil, nil
}

func arguments(pattern, segments []string) (args []string, ok bool) {
	for i, want := range pattern {
		got, err := url.PathUnescape(segments[i])
		switch {
		case err != nil || got == "" && i > 0:
			return nil, false
		case want == "*":
			args = append(args, got)
		case want != got:
			return nil, false
		}
	}
	return args, true
}
