package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
)

type answer struct {
	complete string              // "true", "false", or empty where it does not say
	named    map[string]struct{} // NPIs of its clinicians, where asked for
}

// readAnswer reads an answer of GET /v1/timeslots, or of Care Options, which names its clinicians alike: "providers" is an
// object whose names are NPIs. Only what is wanted is decoded: an answer of Care Options may have a megabyte, and this
// process shares the machine with the service that it measures. Inside of a string the quotes that are looked for would
// have a backslash before them.
func readAnswer(coding string, body []byte, withNames bool) (answer, error) {
	var a answer
	if coding == "gzip" {
		unpacked, err := gunzip(body)
		if err != nil {
			return a, err
		}
		body = unpacked
	}
	var complete bool
	if found, err := member(body, "complete", &complete); err != nil {
		return a, err
	} else if found {
		a.complete = fmt.Sprint(complete)
	}
	if withNames {
		var providers map[string]json.RawMessage
		if _, err := member(body, "providers", &providers); err != nil {
			return a, err
		}
		a.named = map[string]struct{}{}
		for npi := range providers {
			a.named[npi] = struct{}{}
		}
	}
	return a, nil
}

// member decodes the value of the first member of that name, wherever it is; false without one.
func member(document []byte, name string, to any) (bool, error) {
	_, value, found := bytes.Cut(document, []byte(`"`+name+`":`))
	if !found {
		return false, nil
	}
	if err := json.NewDecoder(bytes.NewReader(value)).Decode(to); err != nil {
		return false, fmt.Errorf("answer: %s: %w", name, err)
	}
	return true, nil
}

func gunzip(body []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	unpacked, err := io.ReadAll(io.LimitReader(r, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	return unpacked, nil
}
