package booking

import (
	"net/http"
	"slices"
)

// Routes lists every route for those who mount them (docs/interface.md §3.3).
func Routes() []Route {
	return slices.Concat([]Route{Retail(), Provider()}, visits(), virtual(), apps(), events(), patients(), reports())
}

// Retail books a slot at a clinic (docs/dexcare.md §7.1).
func Retail() Route {
	return Route{
		Flow: "retail", Operation: "retail_booking", Method: http.MethodPost, Path: "/api/6/visits/retail",
		Base: Visit, Token: BearerToken, Key: BookingKey, effect: effectBooks,
	}
}

// Provider books a slot of one clinician (docs/dexcare.md §7.2).
func Provider() Route {
	return Route{
		Flow: "provider", Operation: "provider_booking", Method: http.MethodPost, Path: "/api/7/visits/providerbooking",
		Base: Visit, Token: BearerToken, Key: BookingKey, HasNPI: true, effect: effectBooks,
	}
}

// visits are a patient's own visits and the virtual ones, which take no slot (docs/dexcare.md §7.4, §7.5, §7.7, §7.9).
func visits() []Route {
	const get, post, put = http.MethodGet, http.MethodPost, http.MethodPut
	return []Route{
		{Operation: "own_visits", Method: get, Path: "/api/6/visits/retail/self",
			Base: Visit, Token: BearerToken, Key: BookingKey},
		{Operation: "cancel_visit", Method: post, Path: "/api/6/visits/retail/cancel/:visitId",
			Base: Visit, Token: BearerToken, Key: BookingKey, effect: effectCancels},
		{Flow: "virtual", Operation: "virtual_visit", Method: post, Path: "/api/9/visits",
			Base: Visit, Token: BearerToken, Key: BookingKey},
		{Operation: "visit_waittime", Method: get, Path: "/api/9/visits/:visitId/waittime", Base: Visit, Token: BearerToken, Key: BookingKey},
		{Operation: "visit_summary", Method: get, Path: "/api/9/visits/:visitId/summary", Base: Visit, Token: BearerToken, Key: BookingKey},
		{Operation: "accept_terms", Method: put, Path: "/api/9/visits/:visitId/acceptTerms", Base: Visit, Token: BearerToken, Key: BookingKey},
		{Flow: "guest", Operation: "queued_guest_visit", Method: post, Path: "/v1/booking/queued-guest-visit",
			Base: Ingress, Key: BookingKey, Partner: true},
	}
}

// virtual are a virtual visit from its waiting room to its end (docs/dexcare.md §13). None has a slot.
func virtual() []Route {
	routes := []Route{
		{Operation: "visit_session", Method: http.MethodGet, Path: "/api/6/visit/:visitId/token/:sessionId"},
		{Operation: "visit_chat", Method: http.MethodPost, Path: "/api/6/visit/:visitId/chat/:sessionId"},
		{Operation: "visit_feedback", Method: http.MethodPost, Path: "/api/6/visit/:visitId/feedback"},
		{Operation: "waiting_room", Method: http.MethodPost, Path: "/api/8/visits/virtual/:visitId/waitingRoomEvents"},
		{Operation: "pair_device", Method: http.MethodPost, Path: "/api/8/visits/:visitId/integrations/tytoCare/devices"},
		{Operation: "visit_event", Method: http.MethodPost, Path: "/v1/visits/event"},
		{Operation: "cancel_video", Method: http.MethodPost, Path: "/v1/visits/:visitId/patient-cancel-video"},
		{Operation: "cancel_phone", Method: http.MethodPost, Path: "/v1/visits/:visitId/patient-cancel-phone"},
		{Operation: "cancel_virtual", Method: http.MethodPost, Path: "/api/9/visits/virtual/:visitId/cancel"},
	}
	for i := range routes {
		routes[i].Base, routes[i].Token, routes[i].Key = Visit, BearerToken, BookingKey
	}
	return routes
}

// apps are what apps send without a token although it is secret or somebody's own (docs/dexcare.md §13). Codes and device tokens
// stand in the path, which is neither logged nor counted. A coupon's 401 may be about the coupon.
func apps() []Route {
	return []Route{
		{Operation: "coupon", Method: http.MethodGet, Path: "/api/v2/coupon/:code/verify", Base: Visit, Key: BookingKey, Secret: true},
		{Operation: "push_register", Method: http.MethodPost, Path: "/api/6/mobile/app/:appId/platform/:platform/devices", Base: Visit, Key: BookingKey, Public: true, Secret: true},
		{Operation: "push_unregister", Method: http.MethodDelete, Path: "/api/6/mobile/app/:appId/device/:device", Base: Visit, Key: BookingKey, Public: true, Secret: true},
		{Operation: "client_log", Method: http.MethodPost, Path: "/v2/clientLogging", Base: Public, Key: SlotsKey, Public: true, ShedFirst: true},
	}
}

// events tell that a slot went or came back (docs/dexcare.md §7.6).
func events() []Route {
	return []Route{
		{Operation: "slot_taken", Method: http.MethodPost, Path: "/v5/slots/slot-taken",
			Base: Ingress, Key: SlotsKey, Partner: true, effect: effectTakes},
		{Operation: "slot_released", Method: http.MethodPost, Path: "/v5/slots/slot-released",
			Base: Ingress, Key: SlotsKey, Partner: true, effect: effectReleases},
	}
}

// patients are the patient endpoints (docs/dexcare.md §7.8). Like the SDK we send the key with them.
func patients() []Route {
	const get, post, del = http.MethodGet, http.MethodPost, http.MethodDelete
	routes := []Route{
		{Operation: "patient", Method: get, Path: "/v1/patient"},
		{Operation: "patient_by_token", Method: get, Path: "/v1/emr/patient/getByToken"},
		{Operation: "patient_self", Method: post, Path: "/v1/patient/self"},
		{Operation: "patient_other", Method: post, Path: "/v1/patient/other"},
		{Operation: "patient_delete", Method: del, Path: "/v1/patient/deletePatientAccount"},
	}
	for i := range routes {
		routes[i].Base, routes[i].Token, routes[i].Key = Public, BearerToken, BookingKey
	}
	return routes
}

// reports are for servers of the health system (docs/dexcare.md §7.10). They carry the caller's own secret; with our key they
// might be answered to somebody who has none.
func reports() []Route {
	var routes []Route
	for _, path := range []string{"/api/8/reporting/*", "/v1/reporting/*"} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			routes = append(routes, Route{
				Operation: "reporting", Method: method, Path: path,
				Base: Visit, Token: AnyToken, Partner: true, Streamed: true,
			})
		}
	}
	return routes
}
