// Package wire is what a surface gets and gives: a [Request] that has found its way, an [Answer] that was not sent yet,
// and the [Route] by which a surface says what it takes, from whom, in which form, and how its errors look.
//
//	tenant ──▶ Route.Handle(Request) ──▶ Answer ──▶ tenant
package wire

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"timeslots/internal/acme/world"
)

// Request is a call on its way through a handler.
type Request struct {
	*http.Request
	Args    []string // of the path
	Query   url.Values
	Payload []byte
	Now     time.Time // when it is answered
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

// List reads a list of repeated parameters, whose name may have brackets as DexCare's SDK writes it.
func (q *Request) List(name string) []string { return append(q.Query[name], q.Query[name+"[]"]...) }

// StaffPrefix begins the tokens of staff; all others are patients'.
const StaffPrefix = "staff"

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

// Answer is a status and a body, before anything is sent: so that a fault can cut it, or lose it.
type Answer struct {
	Status      int
	Body        []byte
	ContentType string // of the body; empty: JSON
	Empty       bool   // a document without any slot or clinician
}

// Text is a body that is not JSON.
func Text(status int, contentType, body string) Answer {
	return Answer{Status: status, Body: []byte(body), ContentType: contentType}
}

// JSON encodes v, which is one of the simulator's own shapes and always encodes.
func JSON(status int, v any) Answer {
	body, _ := json.Marshal(v)
	return Answer{Status: status, Body: body}
}

// Object is a JSON object of members in their order: names and values in turn. One whose value is [Absent] is left out.
func Object(members ...any) json.RawMessage {
	out := []byte{'{'}
	for i := 0; i < len(members); i += 2 {
		if members[i+1] == Absent {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		value, _ := json.Marshal(members[i+1])
		out = append(strconv.AppendQuote(out, members[i].(string)), ':')
		out = append(out, value...)
	}
	return append(out, '}')
}

// Absent is the value of a member that an [Object] does not have.
var Absent any = absent{}

type absent struct{}

// Filled is the value, or [Absent] for a zero one.
func Filled[T comparable](v T) any {
	if v == *new(T) {
		return Absent
	}
	return v
}

// Optional is the value, or [Absent] where the tenant leaves the member out of what the text names.
func Optional(o world.Options, member, whose string, v any) any {
	if o.LeavesOut(member, whose) {
		return Absent
	}
	return v
}

// There is no common error envelope (docs/dexcare.md §1.6): each surface has its own, and some have several.

// MessageAndCode is a body with "message" and "errorCode".
func MessageAndCode(status, code int, message string) Answer {
	return JSON(status, Object("message", message, "errorCode", code))
}

// MessageAndStatus is also what the gateway and the calls without documented errors are assumed to say.
func MessageAndStatus(status int, message string) Answer {
	return JSON(status, Object("message", message, "status", status))
}

// ErrorOnly is a body with "error".
func ErrorOnly(status int, text string) Answer { return JSON(status, Object("error", text)) }

// MessageOnly is a body with "message".
func MessageOnly(status int, message string) Answer { return JSON(status, Object("message", message)) }

// CodeAndError is a body with "code" and "error".
func CodeAndError(status int, code, text string) Answer {
	return JSON(status, Object("code", code, "error", text))
}

// BareStatus is for operations whose failures have no declared body.
func BareStatus(status int, _ string) Answer { return Answer{Status: status} }

// SlotsError is a body of the slots service, v5. Its 401 differs from the others.
func SlotsError(status int, message string) Answer {
	if status == http.StatusUnauthorized {
		return MessageAndStatus(status, message)
	}
	return MessageAndCode(status, 500201, message)
}
