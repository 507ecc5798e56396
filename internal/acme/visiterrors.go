package acme

import "net/http"

// guestError is a body of the queued guest visit.
func guestError(status int, message string) answer {
	switch status {
	case http.StatusUnauthorized:
		return codeAndError(status, "APIKEY_INVALID_OR_MISSING", "Unauthorized")
	case http.StatusBadRequest:
		return codeAndError(status, "OPENAPI_VALIDATION_ERROR", message)
	default:
		return codeAndError(status, "VISIT_CREATE_FAILED", message)
	}
}

// visitError is a body of the visit service, which only has one with 400. The code is the one that the published
// example gives for a missing member; [missingReason] is the other.
func visitError(status int, message string) answer {
	if status != http.StatusBadRequest {
		return answer{status: status}
	}
	return codeAndError(status, patientRecordNotFound, message)
}

const (
	patientRecordNotFound = "PATIENT_RECORD_NOT_FOUND"
	missingReason         = "MISSING_VISIT_REASON"
)

// waitTimeError is a body of a visit's wait time: with 400 and 404 only.
func waitTimeError(status int, message string) answer {
	if status == http.StatusBadRequest || status == http.StatusNotFound {
		return plainError(status, message)
	}
	return answer{status: status}
}
