// Uniqueness of the nodes that kgmentor keeps beside a user's graph.
CREATE CONSTRAINT kg_model_id IF NOT EXISTS FOR (m:KgModel) REQUIRE m.id IS UNIQUE;
CREATE CONSTRAINT kg_relation_name IF NOT EXISTS FOR (r:KgRelation) REQUIRE (r.model, r.name) IS UNIQUE;
CREATE CONSTRAINT kg_publication_label IF NOT EXISTS FOR (p:KgPublication) REQUIRE (p.source, p.label) IS UNIQUE;
CREATE CONSTRAINT kg_run_id IF NOT EXISTS FOR (r:KgRun) REQUIRE r.id IS UNIQUE;
CREATE CONSTRAINT kg_lease_name IF NOT EXISTS FOR (l:KgLease) REQUIRE l.name IS UNIQUE;
