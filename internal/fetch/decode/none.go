package decode

import (
	"errors"

	"timeslots/internal/timeslot"
)

// None reads an answer without content (204) to what lists things: there are none. It speaks for the time asked for, like
// an empty list. Where one thing was asked for, no content is no answer. (An empty body under 200 is none either: a
// connection that was cut and a broken proxy look like that.)
func None(read Read) (*timeslot.Fragment, error) {
	b := newBuilder(read, nil, 0)
	switch read.Key.Operation {
	case timeslot.OpDepartmentInfo, timeslot.OpProviderInfo, timeslot.OpMaxLookahead:
		return nil, malformed(errors.New("no content, where one thing was asked for"))
	}
	if read.coversDays() {
		b.coverUntilLastDay(nil)
	}
	return b.fragment(), nil
}
