package booking

import (
	"net/http"

	"timeslots/internal/timeslot"
)

// Route is one pass-through call: how it is named, and where it goes under the visit base.
type Route struct {
	Flow      string             // as named in metrics and answers: "retail", "provider"
	Operation timeslot.Operation // as named in upstream metrics
	Method    string
	Path      string // below the base, and below /dexcare on our side
	HasNPI    bool   // the body names the clinician by nationalProviderId
}

// Retail books a slot at a clinic (CONTRACT §7.1).
func Retail() Route {
	return Route{Flow: "retail", Operation: "retail_booking", Method: http.MethodPost, Path: "/api/6/visits/retail"}
}

// Provider books a slot of one clinician (CONTRACT §7.2).
func Provider() Route {
	return Route{
		Flow: "provider", Operation: "provider_booking", Method: http.MethodPost,
		Path: "/api/7/visits/providerbooking", HasNPI: true,
	}
}

// Routes lists every route for those who mount them.
func Routes() []Route { return []Route{Retail(), Provider()} }

// Call is what the edge knows about one request.
type Call struct {
	Product       string // use case, for metrics and the log
	CorrelationID string // the client's or a minted one; forwarded as correlation-id
}
