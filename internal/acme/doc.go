// Package acme is a DexCare tenant in one handler: a simulator for the demo, the tests, the load test, and web teams
// that have no tenant to try against.
//
// A directory of departments and clinicians follows from a seed. Each clinician has a grid of starts; about a third of
// it is busy, by a hash, so nothing is stored per slot: what is open is the grid, less what the hash calls busy, less
// what was sold. Every surface renders that one store in its own shape (CONTRACT §2). Same seed and same clock, same
// bytes.
//
//	request ──▶ route ──▶ count ──▶ latency and faults ──▶ key or token ──▶ handler ──▶ answer
//	                                                                          │
//	                                                       directory, grid, store of sold slots
//
// The wire format is spelled here a second time on purpose: a struct shared with the client would hide mistakes.
//
// # Operations
//
// Calls are counted, and faults are placed, under the name of an operation or of a group; "*" is all.
//
//	operation              groups                              route
//	departments            directory                           GET  /v1|v4/departments
//	department-info        directory                           GET  /v4/departments/{key}/departmentInfo, /v1/departments/{urlName}
//	providers              directory                           GET  /v1/providers
//	provider-info          directory                           GET  /v1/providers/{npi}
//	max-lookahead          directory                           GET  /v2/lookups/maxLookaheadDays
//	department-timeslots   care-direct                         GET  /v1|v2/departments/{urlName}/timeslots
//	provider-timeslots-v4  provider-timeslots provider-direct  GET  /v4/providers/{npi}/timeslots
//	provider-timeslots-v5  provider-timeslots provider-direct  GET  /v5/providers/{npi}/timeslots
//	slots-search           provider-direct                     POST /v5/slots/search
//	availability-slots     care-options                        GET  /v1/availability/slots
//	slot-taken             events                              POST /v5/slots/slot-taken
//	slot-released          events                              POST /v5/slots/slot-released
//	retail-booking         booking                             POST /api/6/visits/retail
//	provider-booking       booking                             POST /api/7/visits/providerbooking
//	own-visits             booking                             GET  /api/6/visits/retail/self
//	cancel-visit           booking                             POST /api/6/visits/retail/cancel/{visitId}
//
// # Faults
//
// A fault is "name:kind[=value][@ratio]", for example "care-options:status=500@0.2". The ratio (0…1, default 1) is the
// share of calls that it hits, drawn from the seed.
//
//	latency=DUR   the answer comes later by DUR; adds to other faults
//	status=N      the surface's own error body with that status; a booking does not take effect
//	hang          no answer; ends when the client leaves, or after a minute with a dropped connection
//	drop-before   the connection is dropped before the call takes effect
//	drop-after    the connection is dropped after the call took effect
//	truncate      the connection is dropped in the middle of the body; the call took effect
//	not-json      200 with an HTML page; the call does not take effect
//
// # Run-time control
//
// Under /_acme/, which no fault and no counter touches, nor any service should proxy:
//
//	GET    /_acme/calls          calls, calls in flight and the most at once, per name
//	POST   /_acme/calls/reset    back to zero
//	GET    /_acme/faults         the faults in force, as a JSON array of specs
//	PUT    /_acme/faults         replace them, same form
//	DELETE /_acme/faults         heal
//	GET    /_acme/directory      what there is to ask for
//
// # Patients
//
// Any bearer token is a patient's; one that starts with "staff" is of the wrong class (403). Some patient ids answer
// the same way always: see [PatientNotLinked] and its neighbours.
package acme
