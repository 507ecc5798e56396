package evil

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// Hang never answers; it ends with the client.
func Hang(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
	_, _ = io.Copy(io.Discard, r.Body) // a server notices that its client left only then
	<-r.Context().Done()
}

// HangAfterHeaders says 200 and then nothing.
func HangAfterHeaders(w http.ResponseWriter, r *http.Request, _ http.Handler) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

// Drip sends the good answer, a byte each so often.
func Drip(every time.Duration) Fault {
	return func(w http.ResponseWriter, r *http.Request, good http.Handler) {
		answer := answerOf(r, good)
		w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
		tick := time.NewTicker(every)
		defer tick.Stop()
		for _, b := range answer.Body.Bytes() {
			if _, err := w.Write([]byte{b}); err != nil {
				return
			}
			_ = http.NewResponseController(w).Flush()
			select {
			case <-tick.C:
			case <-r.Context().Done():
				return
			}
		}
	}
}

// Status answers with an error document; header pairs are added.
func Status(status int, headers ...string) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"errorCode":"Evil","message":"evil"}`)
	}
}

// Says answers 200 with a body of its own.
func Says(kind, body string) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", kind)
		_, _ = io.WriteString(w, body)
	}
}

// Reset breaks the connection before an answer, with RST.
func Reset(w http.ResponseWriter, r *http.Request, _ http.Handler) {
	_, _ = io.Copy(io.Discard, r.Body)
	reset(take(w))
}

// Hangup closes the connection orderly, without an answer, when the request has been read.
func Hangup(w http.ResponseWriter, r *http.Request, _ http.Handler) {
	_, _ = io.Copy(io.Discard, r.Body)
	_ = take(w).Close()
}

// ResetInBody breaks the connection, with RST, when half the good answer is sent.
func ResetInBody(w http.ResponseWriter, r *http.Request, good http.Handler) {
	reset(sendHalf(w, answerOf(r, good).Body.Bytes(), "Content-Length: %d\r\n\r\n"))
}

// Truncate promises the whole answer, sends half of it and closes the connection orderly.
func Truncate(w http.ResponseWriter, r *http.Request, good http.Handler) {
	_ = sendHalf(w, answerOf(r, good).Body.Bytes(), "Content-Length: %d\r\n\r\n").Close()
}

// CutChunks sends half the answer in a chunk and no end.
func CutChunks(w http.ResponseWriter, r *http.Request, good http.Handler) {
	_ = sendHalf(w, answerOf(r, good).Body.Bytes(), "Transfer-Encoding: chunked\r\n\r\n%x\r\n").Close()
}

// sendHalf takes the connection below a request, announces the whole length of a body and sends half of it.
func sendHalf(w http.ResponseWriter, body []byte, length string) net.Conn {
	conn := take(w)
	_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"+length, len(body))
	_, _ = conn.Write(body[:len(body)/2])
	return conn
}

// Bomb is so many bytes of JSON that compress a thousandfold.
func Bomb(size int) Fault {
	packed := pack(strings.NewReader("["+strings.Repeat(" ", size-2)+"]"), gzip.BestCompression)
	return encoded("gzip", packed)
}

// EntryBomb is a document of so many small entries in place of slots, compressed.
func EntryBomb(entries int) Fault {
	return encoded("gzip", pack(strings.NewReader(`{"timezonesWithTimeslots":[],"departments":[`+strings.TrimSuffix(strings.Repeat("{},", entries), ",")+`]}`), gzip.BestSpeed))
}

// BadChecksum is the good answer, compressed, with a checksum that does not fit.
func BadChecksum(w http.ResponseWriter, r *http.Request, good http.Handler) {
	packed := pack(answerOf(r, good).Body, gzip.BestSpeed)
	packed[len(packed)-8] ^= 0xff
	encoded("gzip", packed)(w, r, good)
}

// UnknownEncoding says that the good answer is encoded in a way nobody asked for.
func UnknownEncoding(w http.ResponseWriter, r *http.Request, good http.Handler) {
	encoded("compress", answerOf(r, good).Body.Bytes())(w, r, good)
}

// Deep is an array in an array, so often.
func Deep(depth int) Fault {
	return Says("application/json", strings.Repeat("[", depth)+strings.Repeat("]", depth))
}

// Repeat is a good answer whose first list of slots is made so long by repeating its first. It is made once, of the first
// answer that has slots.
func Repeat(slots int) Fault {
	var once sync.Mutex
	var swollen []byte
	return func(w http.ResponseWriter, r *http.Request, good http.Handler) {
		once.Lock()
		if swollen == nil {
			var document any
			if json.Unmarshal(answerOf(r, good).Body.Bytes(), &document) == nil && swell(document, slots) {
				swollen, _ = json.Marshal(document)
			}
		}
		once.Unlock()
		Says("application/json", string(swollen))(w, r, good)
	}
}

// swell finds a list called timeslots or slotTimes, and makes it so long.
func swell(node any, slots int) bool {
	switch node := node.(type) {
	case []any:
		for _, child := range node {
			if swell(child, slots) {
				return true
			}
		}
	case map[string]any:
		for name, child := range node {
			if swell(child, slots) { // the innermost
				return true
			}
			if list, ok := child.([]any); ok && len(list) > 0 && (name == "timeslots" || name == "slotTimes") {
				for len(list) < slots {
					list = append(list, list[0])
				}
				node[name] = list
				return true
			}
		}
	}
	return false
}

func encoded(encoding string, body []byte) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", encoding)
		_, _ = w.Write(body)
	}
}

func pack(body io.Reader, level int) []byte {
	var packed bytes.Buffer
	writer, _ := gzip.NewWriterLevel(&packed, level)
	_, _ = io.Copy(writer, body)
	_ = writer.Close()
	return packed.Bytes()
}

// answerOf is the good upstream's answer, not sent.
func answerOf(r *http.Request, good http.Handler) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	good.ServeHTTP(w, r)
	return w
}

// take is the connection below a request.
func take(w http.ResponseWriter) net.Conn {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err) // HTTP/1.1 only
	}
	return conn
}

// reset closes with RST instead of FIN.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
