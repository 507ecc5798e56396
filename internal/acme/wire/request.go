package wire

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"timeslots/internal/acme/form"
	"timeslots/internal/acme/world"
)

// Request is a call on its way through a handler.
type Request struct {
	*http.Request
	Args     []string // of the path
	Query    url.Values
	Payload  []byte
	BodyForm *form.Form // of the body, if the route has one
	Now      time.Time  // when it is answered
	Switches
}

// Get is a parameter of the query, empty when it is absent.
func (q *Request) Get(name string) string { return q.Query.Get(name) }

// Has reports whether the query has the parameter.
func (q *Request) Has(name string) bool { return q.Query.Has(name) }

// Token is the bearer token, empty without one.
func (q *Request) Token() string { return q.Credentials("Bearer") }

// Credentials are what follows the scheme in Authorization, empty when there is none or another.
func (q *Request) Credentials(want string) string {
	scheme, value, _ := strings.Cut(q.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, want) {
		return ""
	}
	return strings.TrimSpace(value)
}

// Owner is a digest of the token: whose visits, patients and reports these are.
func (q *Request) Owner() [32]byte { return sha256.Sum256([]byte(q.Token())) }

// View is what the faults leave of the slots.
func (q *Request) View() world.View {
	return world.View{Now: q.Now, Lag: q.Lag, Hiding: q.Hiding}
}

// Flag reads a boolean, with a default for an absent or unreadable one.
func (q *Request) Flag(name string, fallback bool) bool {
	b, err := strconv.ParseBool(q.Get(name))
	if err != nil {
		return fallback
	}
	return b
}

// Count reads a number of at least 1; 0 stands for an absent parameter.
func (q *Request) Count(name string) (int, error) {
	if !q.Has(name) {
		return 0, nil
	}
	n, err := strconv.Atoi(q.Get(name))
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%s must be an integer of at least 1", name)
	}
	return n, nil
}

// CommaList reads a list whose values are separated by commas, in one or in several parameters of that name.
func (q *Request) CommaList(names ...string) []string {
	var out []string
	for _, name := range names {
		for _, v := range q.Query[name] {
			for part := range strings.SplitSeq(v, ",") {
				if part = strings.TrimSpace(part); part != "" {
					out = append(out, part)
				}
			}
		}
	}
	return out
}

// RequireFilled names a parameter that is there without a value, among those that must have one.
func (q *Request) RequireFilled(names ...string) error {
	for _, name := range names {
		if q.Has(name) && q.Get(name) == "" {
			return fmt.Errorf("%s must NOT have fewer than 1 characters", name)
		}
	}
	return nil
}

// Switches change what an answer says rather than how it fails; several can be on at once.
type Switches struct {
	Conflict  world.Conflict // that every booking meets
	Lag       time.Duration  // for which sold slots stay listed, beyond the booking lag
	Hiding    world.Hiding
	MinusZero bool // UTC is written -00:00 rather than Z
	Forget    bool // search contexts are unknown
}

// Read decodes the body when it has the form of the route. The error is a [form.Mismatch].
func (q *Request) Read(into any) error {
	if wrong := q.BodyForm.Read(q.Payload, into); wrong != nil {
		return wrong
	}
	return nil
}
