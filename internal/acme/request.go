package acme

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// request is a call on its way through a handler.
type request struct {
	*http.Request
	args  []string // of the path
	query url.Values
	body  []byte
	form  *form     // of the body, if the route has one
	now   time.Time // when it is answered
	switches
}

func (q *request) get(name string) string { return q.query.Get(name) }

func (q *request) has(name string) bool { return q.query.Has(name) }

// token is the bearer token, empty without one.
func (q *request) token() string { return q.credentials("Bearer") }

// credentials are what follows the scheme in Authorization, empty when there is none or another.
func (q *request) credentials(want string) string {
	scheme, value, _ := strings.Cut(q.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, want) {
		return ""
	}
	return strings.TrimSpace(value)
}

// owner is a digest of the token: whose visits, patients and reports these are.
func (q *request) owner() [32]byte { return sha256.Sum256([]byte(q.token())) }

// view is what the faults leave of the slots.
func (q *request) view() view {
	return view{now: q.now, lag: q.lag, veil: q.veil}
}

// flag reads a boolean, with a default for an absent or unreadable one.
func (q *request) flag(name string, fallback bool) bool {
	b, err := strconv.ParseBool(q.get(name))
	if err != nil {
		return fallback
	}
	return b
}

// count reads a number of at least 1; 0 stands for an absent parameter.
func (q *request) count(name string) (int, error) {
	if !q.has(name) {
		return 0, nil
	}
	n, err := strconv.Atoi(q.get(name))
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%s must be an integer of at least 1", name)
	}
	return n, nil
}

// commaList reads a list whose values are separated by commas, in one or in several parameters of that name.
func (q *request) commaList(names ...string) []string {
	var out []string
	for _, name := range names {
		for _, v := range q.query[name] {
			for part := range strings.SplitSeq(v, ",") {
				if part = strings.TrimSpace(part); part != "" {
					out = append(out, part)
				}
			}
		}
	}
	return out
}

// unfilled names a parameter that is there without a value, among those that must have one.
func (q *request) unfilled(names ...string) error {
	for _, name := range names {
		if q.has(name) && q.get(name) == "" {
			return fmt.Errorf("%s must NOT have fewer than 1 characters", name)
		}
	}
	return nil
}

// switches change what an answer says rather than how it fails; several can be on at once.
type switches struct {
	conflict  conflict      // that every booking meets
	lag       time.Duration // for which sold slots stay listed, beyond the booking lag
	veil      veil
	minusZero bool // UTC is written -00:00 rather than Z
	forget    bool // search contexts are unknown
}

// read decodes the body when it has the form of the route.
func (q *request) read(into any) misfit { return q.form.read(q.body, into) }
