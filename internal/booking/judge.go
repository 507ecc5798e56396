package booking

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"strings"
)

// The outcomes of bookings_total (docs/metrics.md). The log knows one more, for calls that make no visit.
const (
	booked          = "booked"
	slotUnavailable = "slot_unavailable"
	doubleBooked    = "double_booked"
	conflict        = "conflict"
	rejected        = "rejected" // certainly not booked, for a reason that is not the slot
	unknown         = "unknown"
	ok              = "ok"
)

// slotOutcome is what an answer means for the slot that the call is about.
type slotOutcome uint8

const (
	slotBooked    slotOutcome = iota // the call took effect
	slotShared                       // and proves nothing about the slot, which may take several patients (docs/architecture.md §6)
	slotTaken                        // somebody else has the slot
	slotUntouched                    // the call did not touch it
	slotConflict                     // nor here, but what we know about its place may be outdated
	slotUnknown                      // nobody knows
)

type verdict struct {
	outcome string
	slot    slotOutcome
}

// judgeText is how much of an answer is read to find the words of docs/dexcare.md §7.3 in it.
const judgeText = 64 << 10

// judge tells what an answer means for the slot. It reads the body of those answers whose text decides; resp.Body
// then replays what was read.
func (g *Gateway) judge(route Route, resp *http.Response) verdict {
	status := resp.StatusCode
	switch {
	case route.Flow == "":
		return judgePlain(status)
	case status < 300:
		return verdict{booked, slotBooked}
	case status < 400, status >= 500:
		// A redirect is no answer of a booking system either: who knows what happened before it.
		return verdict{unknown, slotUnknown}
	case !g.textDecides(status):
		return verdict{rejected, slotUntouched}
	}
	text, whole := peek(resp)
	for _, rule := range g.o.Taken {
		if rule.Status == status && bytes.Contains(text, []byte(rule.Text)) {
			return verdict{slotUnavailable, slotTaken}
		}
	}
	return judgeUntaken(status, text, whole)
}

// judgePlain judges the answer to a call that makes no visit.
func judgePlain(status int) verdict {
	switch {
	case status < 300, status == http.StatusNotModified:
		return verdict{ok, slotBooked}
	case status < 400, status >= 500:
		return verdict{unknown, slotUnknown}
	default:
		return verdict{rejected, slotUntouched}
	}
}

// judgeUntaken judges a 4xx in whose text no rule found its word.
func judgeUntaken(status int, text []byte, whole bool) verdict {
	v := verdict{rejected, slotUntouched}
	if status == http.StatusConflict {
		if bytes.Contains(text, []byte("PatientDoubleBooked")) {
			return verdict{doubleBooked, slotUntouched}
		}
		v = verdict{conflict, slotConflict}
	}
	if !whole { // the word may be in the part that could not be read
		v.slot = slotUnknown
	}
	return v
}

func judgeFailure(fail *failure) verdict {
	if fail.sent {
		return verdict{unknown, slotUnknown}
	}
	return verdict{rejected, slotUntouched}
}

func (g *Gateway) textDecides(status int) bool {
	if status == http.StatusConflict {
		return true
	}
	for _, rule := range g.o.Taken {
		if rule.Status == status {
			return true
		}
	}
	return false
}

// peek reads the beginning of the body and puts it back. whole reports whether the text is all there is; when reading
// failed, who reads on meets the same failure after the same bytes.
func peek(resp *http.Response) (text []byte, whole bool) {
	head, err := io.ReadAll(io.LimitReader(resp.Body, judgeText))
	resp.Body = replayed{io.MultiReader(bytes.NewReader(head), resp.Body), resp.Body}
	text, decoded := decode(resp.Header.Get("Content-Encoding"), head)
	return text, err == nil && decoded && len(head) < judgeText
}

type replayed struct {
	io.Reader
	io.Closer
}

// decode undoes the content coding that the client asked for, as far as the standard library knows it.
func decode(coding string, body []byte) (text []byte, ok bool) {
	var r io.Reader
	var err error
	switch strings.ToLower(strings.TrimSpace(coding)) {
	case "", "identity":
		return body, true
	case "gzip", "x-gzip":
		r, err = gzip.NewReader(bytes.NewReader(body))
	case "deflate": // RFC 9110 §8.4.1.2: the zlib format
		r, err = zlib.NewReader(bytes.NewReader(body))
	default:
		return nil, false
	}
	if err != nil {
		return nil, false
	}
	text, err = io.ReadAll(io.LimitReader(r, judgeText))
	return text, err == nil && len(text) < judgeText
}
