package acme

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"timeslots/internal/acme/wire"
)

// callNames are all names under which calls are counted and faults placed: operations, groups, and "*" for all.
func callNames(routes []wire.Route) []string {
	set := map[string]bool{"*": true}
	for _, rt := range routes {
		set[rt.Name] = true
		for _, group := range rt.Groups {
			set[group] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// match finds the route of a call and its arguments, unescaped: an escaped slash or pipe stays inside its argument.
func match(table []wire.Route, on wire.Base, method, escapedPath string) (*wire.Route, []string) {
	segments := strings.Split(escapedPath, "/")
	for i := range table {
		rt := &table[i]
		if rt.Method != method || rt.On&on == 0 || len(rt.Pattern) != len(segments) {
			continue
		}
		if args, ok := arguments(rt.Pattern, segments); ok {
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
