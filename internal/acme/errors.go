package acme

import (
	"encoding/json"
	"net/http"
)

// answer is a status and a body, before anything is sent: so that a fault can cut it, or lose it.
type answer struct {
	status      int
	body        []byte
	contentType string // of the body; empty: JSON
	empty       bool   // a document without any slot or clinician
}

// textAnswer is a body that is not JSON.
func textAnswer(status int, contentType, body string) answer {
	return answer{status: status, body: []byte(body), contentType: contentType}
}

// jsonAnswer encodes v, which is one of this package's own shapes and always encodes.
func jsonAnswer(status int, v any) answer {
	body, _ := json.Marshal(v)
	return answer{status: status, body: body}
}

// There is no common error envelope (docs/dexcare.md §1.6): each surface has its own, and some have several.

func messageAndCode(status, code int, message string) answer {
	return jsonAnswer(status, struct {
		Message   string `json:"message"`
		ErrorCode int    `json:"errorCode"`
	}{message, code})
}

// messageAndStatus is also what the gateway and the calls without documented errors are assumed to say.
func messageAndStatus(status int, message string) answer {
	return jsonAnswer(status, struct {
		Message string `json:"message"`
		Status  int    `json:"status"`
	}{message, status})
}

func plainError(status int, text string) answer {
	return jsonAnswer(status, struct {
		Error string `json:"error"`
	}{text})
}

func messageOnly(status int, message string) answer {
	return jsonAnswer(status, struct {
		Message string `json:"message"`
	}{message})
}

func codeAndError(status int, code, text string) answer {
	return jsonAnswer(status, struct {
		Code  string `json:"code"`
		Error string `json:"error"`
	}{code, text})
}

// bareStatus is for operations whose failures have no declared body.
func bareStatus(status int, _ string) answer { return answer{status: status} }

const slotsErrorCode = 500201

// slotsError is a body of the slots service, v5. Its 401 differs from the others.
func slotsError(status int, message string) answer {
	if status == http.StatusUnauthorized {
		return messageAndStatus(status, message)
	}
	return messageAndCode(status, slotsErrorCode, message)
}
