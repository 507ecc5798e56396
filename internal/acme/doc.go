// Package acme is a DexCare tenant in one handler: a simulator for the demo, the tests, the load test, and web teams
// that have no tenant to try against.
//
// A directory of departments and clinicians follows from a seed. Each clinician has a grid of starts; about a third of
// it is busy, by a hash, so nothing is stored per slot: what is open is the grid, less what the hash calls busy, less
// what was sold. Every surface renders that one store in its own shape (docs/dexcare.md §2). Same seed and same clock, same
// bytes.
//
//	acme            request ──▶ route ──▶ count ──▶ latency and faults ──▶ key or token ──▶ handler ──▶ answer
//	slots, visits   the surfaces, each in a file of its own: routes, forms of bodies, handlers
//	wire, form      how a call is read and an answer is written
//	world           directory, grid, store of sold slots
//
// Each floor knows those below it only.
//
// The wire format is spelled here a second time on purpose: a struct shared with the client would hide mistakes.
//
// # Operations
//
// Calls are counted, and faults are placed, under the name of an operation or of a group; "*" is all.
//
//	operation                groups                              route
//	departments              directory                           GET    /v1|v4/departments
//	department-info          directory                           GET    /v4/departments/{key}/departmentInfo, /v1/departments/{urlName}
//	providers                directory                           GET    /v1/providers
//	provider-info            directory                           GET    /v1/providers/{npi}
//	max-lookahead            directory                           GET    /v2/lookups/maxLookaheadDays
//	suffixes                 directory                           GET    /v1/suffixes
//	cancel-reasons           directory                           GET    /api/7/visits/retail/cancel/reasons/{brand}
//	department-timeslots     care-direct                         GET    /v1|v2/departments/{urlName}/timeslots
//	provider-timeslots-v4    provider-timeslots provider-direct  GET    /v4/providers/{npi}/timeslots
//	provider-timeslots-v5    provider-timeslots provider-direct  GET    /v5/providers/{npi}/timeslots
//	slots-search             provider-direct                     POST   /v5/slots/search
//	availability-slots       care-options                        GET    /v1/availability/slots
//	availability-slots-post  care-options                        POST   /v1/availability/slots
//	availability-providers   care-options                        POST   /v1/availability/providers
//	slot-taken               events                              POST   /v5/slots/slot-taken
//	slot-released            events                              POST   /v5/slots/slot-released
//	retail-booking           booking                             POST   /api/6/visits/retail
//	provider-booking         booking                             POST   /api/7/visits/providerbooking
//	own-visits               booking                             GET    /api/6/visits/retail/self
//	cancel-visit             booking                             POST   /api/6/visits/retail/cancel/{visitId}
//	queued-guest-visit       booking                             POST   /v1/booking/queued-guest-visit
//	create-visit             booking                             POST   /api/9/visits
//	wait-times               virtual-care                        GET    /api/9/regions/waittimes
//	region-wait-times        virtual-care                        GET    /api/9/regions/{regionCode}/waittimes
//	assignment-qualifiers    virtual-care directory              GET    /api/9/assignmentqualifiers
//	modalities               virtual-care directory              GET    /api/9/modalities
//	visit-wait-time          virtual-care                        GET    /api/9/visits/{visitId}/waittime
//	accept-terms             virtual-care                        PUT    /api/9/visits/{visitId}/acceptTerms
//	visit-summary            virtual-care                        GET    /api/9/visits/{visitId}/summary
//	insurers                 settings                            GET    /api/v2/brand/{tenant}/insuranceissuers
//	coupon                   settings                            GET    /api/v2/coupon/{code}/verify
//	validation-settings      settings                            GET    /v1/validationConfigs
//	status-page              settings                            GET    /v1/statuspage
//	visit-settings           settings                            GET    /v2/blisseyconfigs
//	client-log               settings                            POST   /v2/clientLogging
//	practice                 settings                            GET    /api/9/practices/{practiceId}
//	visit-session            virtual-care                        GET    /api/6/visit/{visitId}/token/{sessionId}
//	visit-chat               virtual-care                        POST   /api/6/visit/{visitId}/chat/{sessionId}
//	visit-feedback           virtual-care                        POST   /api/6/visit/{visitId}/feedback
//	waiting-room             virtual-care                        POST   /api/8/visits/virtual/{visitId}/waitingRoomEvents
//	pair-device              virtual-care                        POST   /api/8/visits/{visitId}/integrations/tytoCare/devices
//	visit-event              virtual-care                        POST   /v1/visits/event
//	cancel-video             virtual-care                        POST   /v1/visits/{visitId}/patient-cancel-video
//	cancel-phone             virtual-care                        POST   /v1/visits/{visitId}/patient-cancel-phone
//	cancel-virtual           virtual-care                        POST   /api/9/visits/virtual/{visitId}/cancel
//	push-register            devices                             POST   /api/6/mobile/app/{appId}/platform/{platform}/devices
//	push-unregister          devices                             DELETE /api/6/mobile/app/{appId}/device/{deviceToken}
//	tokbox-events            virtual-care                        POST   /api/9/tokbox-events
//	patient-self             patient                             GET    /v1/patient
//	patient-by-token         patient                             GET    /v1/emr/patient/getByToken
//	patient-find-self        patient                             POST   /v1/patient/self
//	patient-find-other       patient                             POST   /v1/patient/other
//	patient-delete           patient                             DELETE /v1/patient/deletePatientAccount
//	hand-off                 scheduling                          GET    /retail, a page that stands for the booking application
//	report-start             reporting                           POST   /api/8/reporting/allvisitsreport
//	report-status            reporting                           GET    /api/8/reporting/allvisitsreport/{id}
//	report-download          reporting                           GET    /api/8/reporting/allvisitsreport/{id}/download
//	provider-histories       reporting                           GET    /v1/reporting/providerhistories
//
// # Assumptions
//
// Where docs/dexcare.md §11 leaves something open, this tenant does the following. A report's status and download lie below the
// path that starts it; it is complete two seconds later, and until then its download is not found. The providers' report
// is CSV at once. Beyond the lookahead is a 400. An unknown NPI in a slots search is an empty answer. Care Options' POST
// accepts what the SDK writes: instants, which mean their day in UTC, and clinicType for clinicTypes. A region with the wait time REGION_BUSY
// refuses visits with 400 and VISIT_CREATE_ERROR, which the SDK knows and the schema does not; one without clinicians
// with a bare 409. Virtual visits move on by themselves, from requested to done in 25 minutes. One patient
// token is one patient.
//
// The calls that only the apps make (docs/dexcare.md §13) have no published schema. They want what the SDK always writes, and
// answer 400 to what it never sends: a member missing or of another type or word, a body where there is none, a parameter of
// the query beside product. Wait times, which others ask for too, refuse lists joined by commas and any includeSpecialties but
// "true" and "false", in letters of either case.
//
// # Faults
//
// A fault is "name:kind[=value][@ratio]", for example "care-options:status=500@0.2". The ratio (0…1, default 1) is the
// share of calls that it hits, drawn from the seed.
//
//	latency=DUR    the answer comes later by DUR; adds to other faults
//	status=N       the surface's own error body with that status; a booking does not take effect
//	hang           no answer; ends when the client leaves, or after a minute with a dropped connection
//	drop-before    the connection is dropped before the call takes effect
//	drop-after     the connection is dropped after the call took effect
//	truncate       the connection is dropped in the middle of the body; the call took effect
//	not-json       200 with an HTML page; the call does not take effect
//
// Others change what an answer says:
//
//	conflict=WORD  a booking is refused with 409 and SlotUnavailable, PatientDoubleBooked or UnknownAppointmentConflict
//	hide           the surface leaves out a share of all slots, always the same ones; the ratio is of slots, not of calls
//	lag=DUR        the surface goes on listing sold slots for DUR after the booking lag
//	minus-zero     POST /v1/availability/slots writes times with -00:00, not Z
//	forget         search contexts are unknown (40002)
//
// # Sales elsewhere
//
// Most slots are sold by telephone and at front desks. A plan of sales takes them from all surfaces as a booking does,
// after the booking lag where there is one, and a booking of one is refused as of any slot that is taken. On a command line:
//
//	rate=0.06,hot=AcmeRiverton:6,lead=8,burst=5@10m,release=0.1@15m,seed=7
//
//	rate=N            sales a minute at each clinic, a Poisson process of its own
//	hot=CLINIC:N      another rate for a clinic, by its departmentUrlName; repeatable
//	lead=N|DUR        which slots sell: so many of the clinic's free starts ahead, or so much time, both the mean of an
//	                  exponential distribution; 8 without it, which makes half of all sales fall into the next six free starts
//	burst=SIZE@DUR    so many at once, at each clinic, every DUR on average
//	release=SHARE@DUR that share of what was sold comes back, after DUR on average
//	seed=N            of the sales; without it the tenant's
//
// The same as JSON:
//
//	{"rate": 0.06, "hot": {"AcmeRiverton": 6}, "lead": "8", "bursts": {"every": "10m", "size": 5},
//	 "releases": {"share": 0.1, "after": "15m"}, "seed": 7}
//
// Sales follow the tenant's clock. They happen when somebody next asks, each as of its own moment, so that what is sold does
// not depend on who asks when; after a day without a call older ones are left out.
//
// # Untidiness
//
// Without a switch the tenant is as tidy as the samples. [Options].Untidy makes it as untidy as real ones: by single
// switches, or by all but "unreadable" with [Throughout]. What is odd follows from the seed, the surface and the slot. The
// slots themselves stay one store, and [Tenant.Slots] lists them as they are; each is sold once. A * breaks the
// published schemas on purpose.
//
//	shared-ids        FollowUp and NewPatient have one EMR id, and so have Illness and Wellness; name, modality, patient
//	                  kinds and duration differ, for some clinicians isBookable, too
//	odd-starts *      half of all starts have a fraction, an offset without a colon, a blank for the T, UTC, or no offset;
//	                  the last two only at a clinic whose zone is told to all, and none without an offset while clocks change
//	unreadable *      one start in 25 cannot be read at all
//	odd-durations *   six in ten are 0, "0", null, missing, "", a text for a number (on Care Direct the reverse), or 20.0
//	missing-zones *   in the directory and Care Options clinics have the zone "", null or "Pacific Standard Time", and some
//	                  the coordinates 0,0; the other surfaces go on naming the zone
//	late-zone-rules   Portland's clinics are in America/Vancouver and stay at -07:00 all year, whatever the zone database says
//	crowded           six nurses with NPIs of their own at each flu shot clinic, six persons with the NPI of a pool
//	two-clinics       every fourth clinician works a part of each day at one clinic and the rest at another
//	bom *             a byte order mark before each JSON document
//	no-content *      204 in place of an empty list or a document without slots
//	text-booleans *   "true" and "false" as texts, on v5, Care Options and in the directory
//	names             clinicians and clinics with both apostrophes, accents in one character and in two, commas, markup, and
//	                  very long ones
//	absent-optionals  left out now and then is what published schemas call optional, some of which the SDK cannot do without:
//	                  duration and clinicType of POST /v1/availability/slots, specialties there and in its GET, emrId in the
//	                  latter; specialties of wait times; a summary's userId
//
// # Run-time control
//
// Under /_acme/, which no fault and no counter touches, nor any service should proxy:
//
//	GET    /_acme/calls          calls, calls in flight and the most at once, per name
//	POST   /_acme/calls/reset    back to zero
//	GET    /_acme/faults         the faults in force, as a JSON array of specs
//	PUT    /_acme/faults         replace them, same form
//	DELETE /_acme/faults         remove them all
//	GET    /_acme/directory      what there is to ask for
//	GET    /_acme/slots?npi=N    a clinician's free slots as they are, see [Slot]
//	GET    /_acme/sales          the plan of sales in force, as JSON
//	PUT    /_acme/sales          replace it from now on; {} sells nothing
//	GET    /_acme/sold?since=T   what was sold elsewhere after an instant, see [Sold]
//	POST   /_acme/free           {"slots": [...]}: what is really so of at most 1,000 slots now, see [SlotRef] and [SlotTruth]
//	GET    /_acme/untidy         the switches in force
//	GET    /_acme/tenants        the tenants of a [Fleet] with their hosts and keys
//
// # Tenants
//
// A [Tenant] answers on all bases under any host. A [Fleet] is several of them, each in its tier with the four hosts of
// [Tenant.Hosts]; there a host serves its own base only, as upstream's do.
//
// # Patients
//
// Any bearer token is a patient's unless it starts with "staff"; the wrong class is a 403. Some patient ids, and some
// guests' addresses, answer the same way always: see [visits.PatientNotLinked], [visits.GuestNoVisit] and their
// neighbours. The body of a 409 takes turns: the word under "error", the word under "message", the bare word.
package acme
