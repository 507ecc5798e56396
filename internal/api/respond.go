package api

import (
	"context"
	"net/http"
	"strconv"
	"time"
	"unsafe"

	"timeslots/internal/api/door"
	"timeslots/internal/api/wire"
)

// Respond implements wire.Responder: the hit path again, for connections that are answered without net/http. It says
// what serveHit says, in the same headers.
func (s *Server) Respond(r *wire.Request, w *wire.Reply) bool {
	found, ok := s.findHit(unsafeText(r.Path), unsafeText(r.Query))
	if !ok {
		return false
	}
	rec := s.beginHit(context.Background(), nil, &found)
	if rec.Method = http.MethodGet; r.Head {
		rec.Method = http.MethodHead
	}
	v, given := found.answer.chooseBytes(r.AcceptEncoding, s.encoders), sent{status: http.StatusOK}
	if len(r.IfNoneMatch) > 0 && matchesTag(unsafeText(r.IfNoneMatch), v.etag[0]) {
		given.status = http.StatusNotModified
	} else if !r.Head {
		w.Body, given.bytes = v.body, len(v.body)
	}
	w.Head = s.appendHead(w.Head, &found, v, given.status)
	idAt := len(w.Head)
	w.Head = appendCorrelationID(w.Head, r.CorrelationID)
	rec.Status, rec.Bytes, rec.CorrelationID = given.status, int64(given.bytes), unsafeText(w.Head[idAt:])
	s.records.End(&rec)
	w.Head = append(w.Head, "\r\n\r\n"...)
	return true
}

// appendHead writes the status line and all headers, up to the correlation id's value.
func (s *Server) appendHead(b []byte, h *hit, v *variant, status int) []byte {
	if status == http.StatusOK {
		b = append(append(b, headOK...), v.head...)
	} else {
		b = append(append(append(append(b, headNotModified...), "Etag: "...), v.etag[0]...), crlf...)
	}
	clock := h.answer.clockHeadersAt(h.at)
	b = append(append(b, s.varyHead...), "Cache-Control: "...)
	b = append(appendCacheControl(b, h.use.kept, clock.seconds), crlf...)
	b = append(b, clock.head...)
	if h.strict {
		return append(b, "Timeslots-Consistency: strict\r\nCorrelation-Id: "...)
	}
	return append(b, "Timeslots-Consistency: best-effort\r\nCorrelation-Id: "...)
}

// Parts of heads that never change.
const (
	crlf            = "\r\n"
	headOK          = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\n"
	headNotModified = "HTTP/1.1 304 Not Modified\r\nX-Content-Type-Options: nosniff\r\n"
)

// unsafeText is b as a string, for a look-up that ends before b changes.
func unsafeText(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// appendCorrelationID appends the client's own id, when it looks like one, else a new one.
func appendCorrelationID(b, own []byte) []byte {
	if door.IsCorrelationID(unsafeText(own)) {
		return append(b, own...)
	}
	id := door.RandomUUID()
	return append(b, id[:]...)
}

// clockHead is the headers that change once a second and are the same for all, as bytes.
func clockHead(age, cacheStatus string, now time.Time) []byte {
	b := make([]byte, 0, 160)
	b = append(append(b, "Age: "...), age...)
	b = append(append(b, "\r\nCache-Status: "...), cacheStatus...)
	b = append(b, "\r\nDate: "...)
	b = now.UTC().AppendFormat(b, http.TimeFormat)
	return append(b, crlf...)
}

// variantHead is the headers of one content coding, as bytes.
func variantHead(v *variant) []byte {
	b := append([]byte("Etag: "), v.etag[0]...)
	if v.encoding != nil {
		b = append(append(b, "\r\nContent-Encoding: "...), v.encoding[0]...)
	}
	b = append(b, "\r\nContent-Length: "...)
	b = strconv.AppendInt(b, int64(len(v.body)), 10)
	return append(b, crlf...)
}
