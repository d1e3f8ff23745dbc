-- The tables as the first version of the program made them on SQLite; {blob} stands for the type of bytes.
CREATE TABLE run (
	tenant_id VARCHAR NOT NULL, id VARCHAR(40) NOT NULL, snapshot_id VARCHAR(40) NOT NULL, folder TEXT NOT NULL,
	started VARCHAR(32) NOT NULL, finished VARCHAR(32) NOT NULL, as_of VARCHAR(10) NOT NULL, complete BOOLEAN NOT NULL,
	tool_version VARCHAR NOT NULL, options {blob} NOT NULL, PRIMARY KEY (tenant_id, id), UNIQUE (id)
);
CREATE TABLE smtp_posture_version (version INTEGER NOT NULL, PRIMARY KEY (version));
CREATE TABLE snapshot (
	tenant_id VARCHAR NOT NULL, id VARCHAR(40) NOT NULL, domain TEXT NOT NULL, name TEXT NOT NULL, cloud TEXT NOT NULL,
	collected_at VARCHAR(32), started VARCHAR(32) NOT NULL, finished VARCHAR(32), digest VARCHAR(64) NOT NULL,
	PRIMARY KEY (tenant_id, id), UNIQUE (id)
);
CREATE TABLE page (
	tenant_id VARCHAR NOT NULL, snapshot_id VARCHAR(40) NOT NULL, section VARCHAR NOT NULL, number INTEGER NOT NULL,
	tabular BOOLEAN NOT NULL, rows_count INTEGER NOT NULL, body {blob} NOT NULL,
	PRIMARY KEY (tenant_id, snapshot_id, section, number),
	FOREIGN KEY(tenant_id, snapshot_id) REFERENCES snapshot (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE section (
	tenant_id VARCHAR NOT NULL, snapshot_id VARCHAR(40) NOT NULL, section VARCHAR NOT NULL, state VARCHAR(16) NOT NULL,
	rows_count INTEGER NOT NULL, expected INTEGER, reason TEXT NOT NULL, permission TEXT NOT NULL,
	collected_at VARCHAR(32), PRIMARY KEY (tenant_id, snapshot_id, section),
	FOREIGN KEY(tenant_id, snapshot_id) REFERENCES snapshot (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO smtp_posture_version (version) VALUES (1);
