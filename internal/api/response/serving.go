package response

import (
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"
	"time"
)

// Serving is what an answer depends on besides the response and what its client asks for.
type Serving struct {
	Now      time.Time
	Lifetime *Lifetime
	Strict   bool   // it leaves out every slot that was booked before
	Vary     *Field // see [Vary]
	Coder    *Coder // for codings that nobody should wait for
}

// Message is one serving of the response: all of it, or that the client has it already.
func (r *Response) Message(ask Ask, how Serving) Message {
	m := r.begin(form{r.Status, contentJSON, true}, ask, how.Coder)
	clock, control, consistency := r.clockAt(how.Now), revalidateAlways, bestEffort
	if r.Complete {
		control = clock.cacheControl(how.Lifetime)
	}
	if how.Strict {
		consistency = strictly
	}
	m.Add(how.Vary, control, clock.age, clock.cacheStatus, clock.date, consistency)
	return m
}

// clock is the fields that change once a second.
type clock struct {
	second                 int64
	seconds                int64 // of age
	age, cacheStatus, date *Field
	controls               atomic.Pointer[[]control]
}

// control is Cache-Control for one use case.
type control struct {
	lifetime *Lifetime
	field    *Field
}

// clockAt gives the fields at now. Concurrent callers may make them twice in a second, which is harmless: both say the
// same.
func (r *Response) clockAt(now time.Time) *clock {
	second := now.Unix()
	if c := r.clock.Load(); c != nil && c.second == second {
		return c
	}
	seconds := int64(r.Age(now) / time.Second)
	c := &clock{
		second: second, seconds: seconds,
		age:         NewField("Age", strconv.FormatInt(seconds, 10)),
		cacheStatus: NewField("Cache-Status", r.cacheStatus(now)),
		date:        NewField("Date", now.UTC().Format(http.TimeFormat)),
	}
	c.date.value = nil
	r.clock.Store(c)
	return c
}

// cacheControl is that of a complete answer. One that is made twice at a time is kept once, which is harmless too.
func (c *clock) cacheControl(l *Lifetime) *Field {
	if l.seconds == 0 {
		return l.whenNew
	}
	var known []control
	if list := c.controls.Load(); list != nil {
		known = *list
	}
	for _, k := range known {
		if k.lifetime == l {
			return k.field
		}
	}
	made := control{l, NewField("Cache-Control", l.cacheControl(c.seconds))}
	known = append(slices.Clip(known), made)
	c.controls.Store(&known)
	return made.field
}

// Lifetime is how long others may keep the answers of a use case.
type Lifetime struct {
	seconds int64
	whenNew *Field
}

// NewLifetime is for browsers and CDNs that keep answers for maxAge; 0: they revalidate always.
func NewLifetime(maxAge time.Duration) *Lifetime {
	l := &Lifetime{seconds: max(0, int64(maxAge/time.Second))}
	l.whenNew = NewField("Cache-Control", l.cacheControl(0))
	return l
}

// CacheControl is that of the response while it is new.
func (r *Response) CacheControl(l *Lifetime) string {
	if !r.Complete {
		return revalidateAlways.value[0]
	}
	return l.whenNew.value[0]
}

// cacheControl lets others keep complete answers, and longer while they revalidate or while we are down (RFC 5861). A cache
// takes Age off max-age (RFC 9111 §4.2), so the age that an answer has already is added.
func (l *Lifetime) cacheControl(age int64) string {
	if l.seconds == 0 {
		return revalidateAlways.value[0]
	}
	b := strconv.AppendInt([]byte("public, max-age="), age+l.seconds, 10)
	b = strconv.AppendInt(append(b, ", stale-while-revalidate="...), l.seconds, 10)
	return string(strconv.AppendInt(append(b, ", stale-if-error="...), 10*l.seconds, 10))
}
