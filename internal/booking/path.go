package booking

import (
	"net/url"
	"regexp"
	"strings"

	"timeslots/internal/problem"
	"timeslots/internal/timeslot"
)

// mount is where the routes are on our side.
const mount = "/dexcare"

// plainSegment is what may stand for a part of a pattern: nothing in it means anything to a URL, neither as it is nor
// unescaped once more, and it is no dot segment (docs/faults.md §2 D).
var plainSegment = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)

// locate finds the path below the base, and the visit that it names. The path is put together from the pattern and
// checked segments, never taken over.
func (route Route) locate(u *url.URL) (path, visitID string, refusal *problem.Document) {
	if !strings.ContainsAny(route.Path, ":*") {
		return route.Path, "", nil
	}
	below, ok := strings.CutPrefix(u.EscapedPath(), mount)
	if !ok {
		return "", "", noRoute
	}
	pattern, got := strings.Split(route.Path, "/"), strings.Split(below, "/")
	last := len(pattern) - 1
	if subtree := pattern[last] == "*"; len(got) < len(pattern) || len(got) > len(pattern) && !subtree {
		return "", "", noRoute
	}
	for i, segment := range got {
		want := pattern[min(i, last)]
		open := want == "*" || strings.HasPrefix(want, ":")
		switch {
		case !open && segment != want, open && segment == "":
			return "", "", noRoute
		case !open:
			continue
		}
		if want != "*" && want != ":visitId" {
			if !opaque(segment) {
				return "", "", badSegment(want)
			}
			continue // as it came: a code may be escaped twice
		}
		if got[i], ok = plain(segment); !ok {
			return "", "", badSegment(want)
		}
		if want == ":visitId" {
			visitID = got[i]
		}
	}
	return strings.Join(got, "/"), visitID, nil
}

func plain(escaped string) (segment string, ok bool) {
	segment, err := url.PathUnescape(escaped)
	return segment, err == nil && plainSegment.MatchString(segment)
}

func badSegment(name string) *problem.Document {
	if name == "*" {
		name = "path"
	}
	return badRequest(timeslot.Violation{
		Parameter: strings.TrimPrefix(name, ":"), Detail: "cannot be a part of the path",
		Fix: "use it as DexCare gave it",
	})
}
