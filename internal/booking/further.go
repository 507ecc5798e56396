package booking

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// furtherCall is a method and a path with holes, as `upstream.visit.paths` has them (docs/interface.md §2).
var furtherCall = regexp.MustCompile(`^(GET|POST|PUT|PATCH|DELETE) ((?:/(?:[A-Za-z0-9][A-Za-z0-9._-]{0,63}|\{[A-Za-z][A-Za-z0-9]{0,31}\})){1,12})$`)

// Further is the route of a call such as "POST /api/9/things/{id}/done": it goes to the visit base with our key, and wants nothing of its
// caller that upstream does not want. A call that has a route already is refused, and so is what one of the served calls could be.
func Further(call string, served ...string) (Route, error) {
	parts := furtherCall.FindStringSubmatch(call)
	if parts == nil {
		return Route{}, errors.New("is not a method, a blank and a path below the base")
	}
	path := strings.NewReplacer("{", ":", "}", "").Replace(parts[2])
	for _, r := range Routes() {
		served = append(served, r.Method+" "+r.Path)
	}
	for _, other := range served {
		if method, pattern, _ := strings.Cut(other, " "); method == parts[1] && overlap(strings.Split(pattern, "/"), strings.Split(path, "/")) {
			return Route{}, fmt.Errorf("could be %s, which has a route", other)
		}
	}
	return Route{Operation: "further", Method: parts[1], Path: path, Base: Visit, Key: BookingKey}, nil
}

// overlap reports whether a path can have the form of both patterns.
func overlap(a, b []string) bool {
	isHole := func(segment string) bool { return strings.HasPrefix(segment, ":") }
	for i := range min(len(a), len(b)) {
		if a[i] == "*" || b[i] == "*" {
			return true
		}
		if a[i] != b[i] && !isHole(a[i]) && !isHole(b[i]) {
			return false
		}
	}
	return len(a) == len(b)
}
