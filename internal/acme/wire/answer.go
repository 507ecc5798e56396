package wire

import (
	"encoding/json"
	"net/http"
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

// There is no common error envelope (docs/dexcare.md §1.6): each surface has its own, and some have several.

// errorBody has the members of all of them, in the order in which they are written.
type errorBody struct {
	Code      string  `json:"code,omitempty"`
	Error     *string `json:"error,omitempty"`
	Message   *string `json:"message,omitempty"`
	ErrorCode int     `json:"errorCode,omitempty"`
	Status    int     `json:"status,omitempty"`
}

// MessageAndCode is a body with "message" and "errorCode".
func MessageAndCode(status, code int, message string) Answer {
	return JSON(status, errorBody{Message: &message, ErrorCode: code})
}

// MessageAndStatus is also what the gateway and the calls without documented errors are assumed to say.
func MessageAndStatus(status int, message string) Answer {
	return JSON(status, errorBody{Message: &message, Status: status})
}

// ErrorOnly is a body with "error".
func ErrorOnly(status int, text string) Answer { return JSON(status, errorBody{Error: &text}) }

// MessageOnly is a body with "message".
func MessageOnly(status int, message string) Answer {
	return JSON(status, errorBody{Message: &message})
}

// CodeAndError is a body with "code" and "error".
func CodeAndError(status int, code, text string) Answer {
	return JSON(status, errorBody{Code: code, Error: &text})
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
