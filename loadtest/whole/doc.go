// Package whole has the tests that run the load tool as people do, against the real service before a simulated tenant:
// every scenario's report from outside, and how many upstream calls a day of page views costs.
//
// FAULTS_FULL=1 (make faults) judges what is measured; else it is only told.
package whole
