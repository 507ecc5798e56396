package app

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Error is a call that did not end as the app needs it: no answer, a refusal, or an answer that the SDK cannot decode.
type Error struct {
	Call       string // the SDK's name of it
	Status     int    // of the answer; 0: none came
	Body       string // of a refusal
	Unreadable string // the field that the SDK could not read, by its path, and why
	Cause      error  // of no answer
}

func (e *Error) Error() string {
	switch {
	case e.Cause != nil:
		return fmt.Sprintf("app: %s: %v", e.Call, e.Cause)
	case e.Unreadable != "":
		return fmt.Sprintf("app: %s cannot be read: %s", e.Call, e.Unreadable)
	case e.Status == http.StatusUnauthorized:
		return fmt.Sprintf("app: %s: 401, which signs the patient out: %.200s", e.Call, e.Body)
	default:
		return fmt.Sprintf("app: %s: status %d: %.200s", e.Call, e.Status, e.Body)
	}
}

func (e *Error) Unwrap() error { return e.Cause }

// Refused reports whether err is a refusal with this status whose body has this text anywhere, as the SDK looks for it.
func Refused(err error, status int, text string) bool {
	var e *Error
	return errors.As(err, &e) && e.Unreadable == "" && e.Status == status && strings.Contains(e.Body, text)
}

// Unreadable reports whether err is an answer that the SDK could not decode.
func Unreadable(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Unreadable != ""
}
