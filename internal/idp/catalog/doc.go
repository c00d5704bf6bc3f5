// Package catalog is the software catalog: it reads catalog-info.yaml files of the
// lab's repositories, joins what they say by relations, and answers Backstage's REST
// paths below /api/catalog.
//
//	webhook, every five seconds ──► read a source's files at one commit
//	                                   │ entities, problems
//	                                   ▼
//	records (one a reference) ──► view: relations, search terms; never changed
//	                                   ▲
//	                              every reader, without a lock
package catalog
