package problem

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strings"
)

// Envelope is how a surface of DexCare writes its refusals (docs/dexcare.md §1.6). Its clients read those and no problem
// documents, so what is refused in its place is written the same way.
type Envelope uint8

// The envelopes.
const (
	NoEnvelope  Envelope = iota // a problem document: routes of our own
	ErrorOnly                   // {"error": …}
	GuestVisit                  // {"code": …, "error": …}
	Slots                       // {"errorCode": …, "message": …}, but for 401
	CareOptions                 // the same with codes of its own
	MessageOnly                 // {"message": …}
)

// EnvelopeAt is that of the surface at a path below DexCare's base.
func EnvelopeAt(path string) Envelope {
	for _, surface := range [...]struct {
		prefix   string
		envelope Envelope
	}{
		{"/v5/", Slots}, {"/v1/availability/", CareOptions}, {"/v1/booking/", GuestVisit},
		{"/v1/reporting/", MessageOnly}, {"/api/8/reporting/", MessageOnly},
	} {
		if strings.HasPrefix(path, surface.prefix) {
			return surface.envelope
		}
	}
	return ErrorOnly
}

// enveloped has the fields of every envelope, and what is known of a call that is passed through beside them.
type enveloped struct {
	Code        string `json:"code,omitempty"`
	Error       string `json:"error,omitempty"`
	ErrorCode   int    `json:"errorCode,omitempty"`
	Message     string `json:"message,omitempty"`
	Status      int    `json:"status,omitempty"`
	Outcome     string `json:"outcome,omitempty"`
	FirstStatus int    `json:"firstStatus,omitempty"`
}

// enveloped is the document in the words of its surface.
func (d *Document) enveloped() ([]byte, error) {
	e := enveloped{Outcome: d.Outcome, FirstStatus: d.FirstStatus}
	words := d.words()
	switch d.Envelope {
	case GuestVisit:
		e.Code, e.Error = guestCode(d.Status), words
	case Slots:
		if e.Message, e.ErrorCode = words, 500201; d.Status == http.StatusUnauthorized {
			e.Message, e.ErrorCode, e.Status = "API key is not valid", 0, d.Status
		}
	case CareOptions:
		e.ErrorCode, e.Message = d.Status*100+1, words // 40001 and 40301 are known
	case MessageOnly:
		e.Message = words
	default:
		e.Error = words
	}
	return json.Marshal(e)
}

// words are what happened, in one text. DexCare's own for a 401: clients know them.
func (d *Document) words() string {
	if d.Status == http.StatusUnauthorized {
		return http.StatusText(d.Status)
	}
	text := cmp.Or(d.Detail, http.StatusText(d.Status))
	for _, v := range d.Errors {
		text += ": " + v.Parameter + " " + v.Detail
	}
	return text
}

// guestCode is the code of a refused guest visit (docs/dexcare.md §7.4); empty: none that is known says it.
func guestCode(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "APIKEY_INVALID_OR_MISSING"
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType:
		return "OPENAPI_VALIDATION_ERROR"
	}
	return ""
}
