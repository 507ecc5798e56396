package booking

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"strings"
)

// The outcomes of bookings_total (INTERFACE §5).
const (
	booked          = "booked"
	slotUnavailable = "slot_unavailable"
	doubleBooked    = "double_booked"
	conflict        = "conflict"
	rejected        = "rejected" // certainly not booked, for a reason that is not the slot
	unknown         = "unknown"
)

// fate is what becomes of the slot in the ledger.
type fate uint8

const (
	fateTaken    fate = iota // gone: promote
	fateFree                 // the booking did not touch it: withdraw
	fateDoubtful             // nobody knows: suspect
)

type verdict struct {
	outcome string
	fate    fate
}

// judgeText is how much of an answer is read to find the words of CONTRACT §7.3 in it.
const judgeText = 64 << 10

// judge tells what an answer means for the slot. It reads the body of those answers whose text decides; resp.Body
// then replays what was read.
func (g *Gateway) judge(resp *http.Response) verdict {
	status := resp.StatusCode
	switch {
	case status < 300:
		return verdict{booked, fateTaken}
	case status < 400, status >= 500:
		// A redirect is no answer of a booking system either: who knows what happened before it.
		return verdict{unknown, fateDoubtful}
	case !g.textDecides(status):
		return verdict{rejected, fateFree}
	}
	text, whole := peek(resp)
	for _, rule := range g.o.Taken {
		if rule.Status == status && bytes.Contains(text, []byte(rule.Text)) {
			return verdict{slotUnavailable, fateTaken}
		}
	}
	return judgeUntaken(status, text, whole)
}

// judgeUntaken judges a 4xx in whose text no rule found its word.
func judgeUntaken(status int, text []byte, whole bool) verdict {
	v := verdict{rejected, fateFree}
	if status == http.StatusConflict {
		v.outcome = conflict
		if bytes.Contains(text, []byte("PatientDoubleBooked")) {
			return verdict{doubleBooked, fateFree}
		}
	}
	if !whole { // the word may be in the part that could not be read
		v.fate = fateDoubtful
	}
	return v
}

func judgeFailure(fail *failure) verdict {
	if fail.sent {
		return verdict{unknown, fateDoubtful}
	}
	return verdict{rejected, fateFree}
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

// peek reads the beginning of the body and puts it back. whole tells whether the text is all there is; when reading
// failed, whoever reads on meets the same failure after the same bytes.
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
