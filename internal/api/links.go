package api

import (
	"net/url"
	"time"

	"timeslots/internal/timeslot"
)

// LinkOptions locate the scheduling web app that patients can be handed to (CONTRACT §9). Without Base or Brand there
// are no links.
type LinkOptions struct {
	Base  *url.URL
	Brand string
}

// wireTime is how DexCare writes instants: the local time with its numeric offset.
const wireTime = "2006-01-02T15:04:05-07:00"

// retail is the hand-off link for a slot at a clinic that has a URL name; empty when none can be built. The time keeps
// the clinic's own offset, because the app reads the wall clock from it.
func (l LinkOptions) retail(o *timeslot.Offer, urlName string) string {
	if l.Base == nil || l.Brand == "" || urlName == "" {
		return ""
	}
	local := time.Unix(o.Start, 0).In(time.FixedZone("", int(o.Offset)*60))
	u := l.Base.JoinPath("retail")
	u.RawQuery = url.Values{
		"timeSlot": {local.Format(wireTime)}, "departmentUrlName": {urlName}, "brand": {l.Brand},
	}.Encode()
	return u.String()
}
