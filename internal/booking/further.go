package booking

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// furtherCall is a method and a path with holes, as `upstream.visit.paths` has them (docs/interface.md §2).
var furtherCall = regexp.MustCompile(`^(GET|POST|PUT|PATCH|DELETE) ((?:/(?:[A-Za-z0-9][A-Za-z0-9._-]{0,63}|\{[A-Za-z][A-Za-z0-9]{0,31}\})){1,12})$`)

// Further is the route of a call such as "POST /api/9/things/{id}/done": it goes to the visit base with our key, and wants nothing of its
// caller that upstream does not want. A call that has a route already is refused.
func Further(call string) (Route, error) {
	parts := furtherCall.FindStringSubmatch(call)
	if parts == nil {
		return Route{}, errors.New("is not a method, a blank and a path below the base")
	}
	path := strings.NewReplacer("{", ":", "}", "").Replace(parts[2])
	known := func(r Route) bool { return r.Method == parts[1] && skeleton(r.Path) == skeleton(path) }
	if slices.ContainsFunc(Routes(), known) {
		return Route{}, fmt.Errorf("passes already: %s %s", parts[1], parts[2])
	}
	return Route{Operation: "further", Method: parts[1], Path: path, Base: Visit, Key: BookingKey}, nil
}

var holes = regexp.MustCompile(`:[^/]+`)

// skeleton is a pattern without the names of its holes.
func skeleton(path string) string { return holes.ReplaceAllString(path, ":") }
