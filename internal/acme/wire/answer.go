package wire

import (
	"encoding/json"
	"net/http"
	"strconv"
)

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
