package acme

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// answer is a status and a body, before anything is sent: so that a fault can cut it, or lose it.
type answer struct {
	status int
	body   []byte // JSON, or empty
}

// jsonAnswer encodes v, which is one of this package's own shapes and always encodes.
func jsonAnswer(status int, v any) answer {
	body, _ := json.Marshal(v)
	return answer{status: status, body: body}
}

// There is no common error envelope (CONTRACT §1.6): each surface has its own, and some have several.

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

func gatewayNotFound(requestID uint64) answer {
	return jsonAnswer(http.StatusNotFound, struct {
		Message   string `json:"message"`
		RequestID string `json:"request_id"`
	}{"no Route matched with those values", fmt.Sprintf("%016x%016x", mix(requestID), requestID)})
}

const slotsErrorCode = 500201

// slotsError is a body of the slots service, v5. Its 401 differs from the others.
func slotsError(status int, message string) answer {
	if status == http.StatusUnauthorized {
		return messageAndStatus(status, message)
	}
	return messageAndCode(status, slotsErrorCode, message)
}

// singleProviderError is a body of the single provider's slots, whose 404 differs as well.
func singleProviderError(status int, message string) answer {
	if status == http.StatusNotFound {
		return messageAndStatus(status, message)
	}
	return slotsError(status, message)
}

// careOptionsError is a body of Care Options; its 500 has none.
func careOptionsError(status int, message string) answer {
	switch status {
	case http.StatusBadRequest:
		return messageAndCode(status, 40001, message)
	case http.StatusForbidden:
		return messageAndCode(status, 40301, message)
	default:
		return answer{status: status}
	}
}
