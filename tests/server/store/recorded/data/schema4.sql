BEGIN TRANSACTION;
CREATE TABLE accounts (
    user_id TEXT PRIMARY KEY, registered_at INTEGER NOT NULL, subscriptions_cleared_at INTEGER
, sigs_revoked_at INTEGER NOT NULL DEFAULT 0, sigs_used TEXT NOT NULL DEFAULT '[]', is_deleted INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
INSERT INTO "accounts" VALUES('Zoe-1',1700000012500,NULL,0,'[]',0);
INSERT INTO "accounts" VALUES('_x',1700000013750,NULL,0,'[]',0);
INSERT INTO "accounts" VALUES('administrator',1700780707950,NULL,1700780797,'[]',0);
INSERT INTO "accounts" VALUES('again',1700780753450,NULL,1700780733,'[3176110389]',0);
INSERT INTO "accounts" VALUES('ann',1700000001250,NULL,0,'[]',0);
INSERT INTO "accounts" VALUES('ben',1700000002500,NULL,0,'[]',0);
INSERT INTO "accounts" VALUES('cleo',1700000003750,NULL,0,'[]',0);
INSERT INTO "accounts" VALUES('dora',1700000005000,NULL,0,'[]',0);
INSERT INTO "accounts" VALUES('eli',1700000006250,1700000613750,0,'[]',0);
INSERT INTO "accounts" VALUES('fay',1700000007500,NULL,0,'[]',0);
INSERT INTO "accounts" VALUES('gone',1700780705950,NULL,1700780733,'[1758385499]',1);
INSERT INTO "accounts" VALUES('gone-twice',1700780773450,NULL,1700780793,'[]',1);
INSERT INTO "accounts" VALUES('gus',1700000008750,NULL,0,'[]',0);
INSERT INTO "accounts" VALUES('hal',1700000010000,NULL,0,'[]',0);
INSERT INTO "accounts" VALUES('ivy',1700000011250,NULL,0,'[]',0);
INSERT INTO "accounts" VALUES('jon',1700780705950,NULL,1700780797,'[1680951233,1395846186]',0);
INSERT INTO "accounts" VALUES('kim',1700780705950,NULL,1700780797,'[]',0);
INSERT INTO "accounts" VALUES('lea',1700780705950,NULL,1700780831,'[]',0);
CREATE TABLE app (start INTEGER NOT NULL, console TEXT NOT NULL);
INSERT INTO "app" VALUES(1,'{"edition":"ultimate","user_status":"on","friend_status":"on","login_policy":"platform","auto_register":"off"}');
CREATE TABLE applications (
    place INTEGER PRIMARY KEY AUTOINCREMENT, asker TEXT NOT NULL REFERENCES accounts,
    receiver TEXT NOT NULL REFERENCES accounts, add_time INTEGER NOT NULL, wording TEXT NOT NULL,
    remark TEXT NOT NULL, friend_group TEXT NOT NULL, is_read INTEGER NOT NULL, source TEXT NOT NULL DEFAULT '',
    UNIQUE (asker, receiver)
);
INSERT INTO "applications" VALUES(2,'hal','ann',1700780586950,'me too','','',1,'');
INSERT INTO "applications" VALUES(4,'gus','ann',1700780590950,'please','Ann','',0,'');
INSERT INTO "applications" VALUES(5,'gus','eli',1700780592950,'','','',1,'');
INSERT INTO "applications" VALUES(6,'hal','eli',1700780594950,'at once','','',1,'');
INSERT INTO "applications" VALUES(8,'ann','eli',1700780594950,'both ways','','',0,'');
INSERT INTO "applications" VALUES(10,'lea','eli',1700780724450,'','E','',0,'AddSource_Type_Android');
CREATE TABLE blocked (
    place INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL REFERENCES accounts,
    user_id TEXT NOT NULL REFERENCES accounts, since INTEGER NOT NULL DEFAULT 0, UNIQUE (owner, user_id)
);
INSERT INTO "blocked" VALUES(1,'ben','hal',1700780598);
INSERT INTO "blocked" VALUES(2,'ben','gus',1700780598);
INSERT INTO "blocked" VALUES(4,'ivy','ann',1700780698);
INSERT INTO "blocked" VALUES(5,'ivy','_x',1700780698);
INSERT INTO "blocked" VALUES(7,'ivy','cleo',1700780698);
INSERT INTO "blocked" VALUES(8,'cleo','ivy',1700780698);
INSERT INTO "blocked" VALUES(9,'kim','cleo',1700780724);
INSERT INTO "blocked" VALUES(10,'kim','dora',1700780724);
CREATE TABLE devices (
    user_id TEXT NOT NULL REFERENCES accounts, instance_id TEXT NOT NULL, platform TEXT NOT NULL,
    device_name TEXT NOT NULL, state TEXT NOT NULL, login_order INTEGER NOT NULL,
    login_time INTEGER NOT NULL, changed_at INTEGER NOT NULL, PRIMARY KEY (user_id, instance_id)
) WITHOUT ROWID;
INSERT INTO "devices" VALUES('Zoe-1','laptop','Linux','Zoe-1''s laptop','logged_out',14,1700778336250,1700778336250);
INSERT INTO "devices" VALUES('Zoe-1','phone','Android','Zoe-1''s phone','lost',13,1700778336250,1700778336250);
INSERT INTO "devices" VALUES('Zoe-1','talking','Web','Zoe-1''s talking','logged_out',34,1700778451250,1700780584950);
INSERT INTO "devices" VALUES('_x','first','Linux','_x''s first','logged_out',18,1700778426250,1700778436250);
INSERT INTO "devices" VALUES('_x','social','iPad','_x''s social','live',43,1700780584950,1700780584950);
INSERT INTO "devices" VALUES('_x','talking','Web','_x''s talking','logged_out',35,1700778451250,1700780584950);
INSERT INTO "devices" VALUES('again','new','Web','again''s new one','logged_out',53,1700780753450,1700780753450);
INSERT INTO "devices" VALUES('ann','laptop','Linux','ann''s laptop','logged_out',3,1700000613750,1700000673750);
INSERT INTO "devices" VALUES('ann','phone','Android','ann''s phone','lost',2,1700000613750,1700000613750);
INSERT INTO "devices" VALUES('ann','social','iPad','ann''s social','live',36,1700780584950,1700780584950);
INSERT INTO "devices" VALUES('ann','talking','Web','ann''s talking','live',26,1700778451250,1700778451250);
INSERT INTO "devices" VALUES('ann','terminal','Linux','ann''s terminal','live',25,1700778451250,1700778451250);
INSERT INTO "devices" VALUES('ann','watched','Mac','ann''s watched','live',44,1700780705950,1700780705950);
INSERT INTO "devices" VALUES('ben','laptop','Linux','ben''s laptop','lost',5,1700778273750,1700778333750);
INSERT INTO "devices" VALUES('ben','phone','iPhone','Bens Telefon ☎','logged_out',4,1700778273750,1700778273750);
INSERT INTO "devices" VALUES('ben','social','iPad','ben''s social','live',37,1700780584950,1700780584950);
INSERT INTO "devices" VALUES('ben','talking','Web','ben''s talking','live',27,1700778451250,1700778451250);
INSERT INTO "devices" VALUES('ben','watched','Mac','ben''s watched','logged_out',45,1700780705950,1700780833450);
INSERT INTO "devices" VALUES('cleo','ipad','iPad','cleo''s ipad','logged_out',10,1700778333750,1700778336250);
INSERT INTO "devices" VALUES('cleo','linux','Linux','cleo''s linux','logged_out',6,1700778333750,1700778334250);
INSERT INTO "devices" VALUES('cleo','mac','Mac','cleo''s mac','logged_out',7,1700778333750,1700778334750);
INSERT INTO "devices" VALUES('cleo','social','iPad','cleo''s social','live',38,1700780584950,1700780584950);
INSERT INTO "devices" VALUES('cleo','talking','Web','cleo''s talking','lost',28,1700778451250,1700780584950);
INSERT INTO "devices" VALUES('cleo','watched','Mac','cleo''s watched','logged_out',46,1700780705950,1700780833450);
INSERT INTO "devices" VALUES('cleo','web','Web','cleo''s web','logged_out',9,1700778333750,1700778335750);
INSERT INTO "devices" VALUES('cleo','windows','Windows','cleo''s windows','logged_out',8,1700778333750,1700778335250);
INSERT INTO "devices" VALUES('dora','first','Linux','dora''s first','kicked',19,1700778436250,1700778439250);
INSERT INTO "devices" VALUES('dora','second','Linux','dora''s second','kicked',20,1700778439250,1700778445250);
INSERT INTO "devices" VALUES('dora','talking','Web','dora''s talking','live',29,1700778451250,1700778451250);
INSERT INTO "devices" VALUES('dora','third','Linux','dora''s third','logged_out',21,1700778445250,1700778448250);
INSERT INTO "devices" VALUES('dora','watched','Mac','dora''s watched','lost',47,1700780705950,1700780833450);
INSERT INTO "devices" VALUES('eli','laptop','Linux','eli''s laptop','lost',1,1700000013750,1700000013750);
INSERT INTO "devices" VALUES('eli','social','iPad','eli''s social','live',39,1700780584950,1700780584950);
INSERT INTO "devices" VALUES('eli','talking','Web','eli''s talking','logged_out',30,1700778451250,1700780584950);
INSERT INTO "devices" VALUES('fay','talking','Web','fay''s talking','logged_out',31,1700778451250,1700780584950);
INSERT INTO "devices" VALUES('gus','a','Android','gus''s a','lost',15,1700778336250,1700778366250);
INSERT INTO "devices" VALUES('gus','b','Web','gus''s b','lost',16,1700778366250,1700778396250);
INSERT INTO "devices" VALUES('gus','c','Linux','gus''s c','logged_out',17,1700778396250,1700778426250);
INSERT INTO "devices" VALUES('gus','social','iPad','gus''s social','lost',40,1700780584950,1700780698950);
INSERT INTO "devices" VALUES('gus','talking','Web','gus''s talking','logged_out',32,1700778451250,1700780584950);
INSERT INTO "devices" VALUES('hal','laptop','Linux','hal''s laptop','logged_out',12,1700778336250,1700778336250);
INSERT INTO "devices" VALUES('hal','phone','Android','hal''s phone','lost',11,1700778336250,1700778336250);
INSERT INTO "devices" VALUES('hal','social','iPad','hal''s social','logged_out',41,1700780584950,1700780705950);
INSERT INTO "devices" VALUES('hal','talking','Web','hal''s talking','lost',33,1700778451250,1700780584950);
INSERT INTO "devices" VALUES('hal','watched','Mac','hal''s watched','live',48,1700780705950,1700780705950);
INSERT INTO "devices" VALUES('ivy','desk','Windows','ivy''s desk','live',22,1700778448250,1700778448250);
INSERT INTO "devices" VALUES('ivy','new','Mac','ivy''s new','live',24,1700778451250,1700778451250);
INSERT INTO "devices" VALUES('ivy','old','Mac','ivy''s old','kicked',23,1700778448250,1700778451250);
INSERT INTO "devices" VALUES('ivy','social','iPad','ivy''s social','live',42,1700780584950,1700780584950);
INSERT INTO "devices" VALUES('jon','connected','iPhone','jon''s connected','kicked',56,1700780797450,1700780797450);
INSERT INTO "devices" VALUES('jon','lost','Android','jon''s lost','kicked',55,1700780793450,1700780797450);
INSERT INTO "devices" VALUES('jon','watched','Mac','jon''s watched','kicked',49,1700780705950,1700780797450);
INSERT INTO "devices" VALUES('kim','back','Linux','kim''s back','lost',57,1700780798950,1700780798950);
CREATE TABLE friend_groups (
    place INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL REFERENCES accounts,
    name TEXT NOT NULL, UNIQUE (owner, name)
);
INSERT INTO "friend_groups" VALUES(1,'_x','asked');
INSERT INTO "friend_groups" VALUES(2,'ann','Büro');
INSERT INTO "friend_groups" VALUES(3,'ann','empty');
INSERT INTO "friend_groups" VALUES(4,'ann','a first');
INSERT INTO "friend_groups" VALUES(6,'kim','one');
INSERT INTO "friend_groups" VALUES(7,'kim','two');
INSERT INTO "friend_groups" VALUES(8,'jon','x');
INSERT INTO "friend_groups" VALUES(9,'kim','three');
CREATE TABLE friends (
    owner TEXT NOT NULL REFERENCES accounts, friend TEXT NOT NULL REFERENCES accounts, remark TEXT NOT NULL DEFAULT '', since INTEGER NOT NULL DEFAULT 0, note TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (owner, friend)
) WITHOUT ROWID;
INSERT INTO "friends" VALUES('Zoe-1','ann','',1700778451,'');
INSERT INTO "friends" VALUES('_x','ann','',1700778451,'');
INSERT INTO "friends" VALUES('_x','eli','Eli''',1700780598,'');
INSERT INTO "friends" VALUES('ann','Zoe-1','',1700778451,'');
INSERT INTO "friends" VALUES('ann','_x','',1700778451,'');
INSERT INTO "friends" VALUES('ann','ben','Benjamin 🐻',1700778451,'');
INSERT INTO "friends" VALUES('ann','cleo','',1700778451,'');
INSERT INTO "friends" VALUES('ben','ann','',1700778451,'');
INSERT INTO "friends" VALUES('ben','cleo','',1700778451,'');
INSERT INTO "friends" VALUES('cleo','ann','',1700778451,'');
INSERT INTO "friends" VALUES('cleo','ben','',1700778451,'');
INSERT INTO "friends" VALUES('eli','_x','the x',1700780598,'');
INSERT INTO "friends" VALUES('gus','_x','',1700780598,'');
INSERT INTO "friends" VALUES('jon','cleo','',1700780724,'{"remark":"","add_source":"AddSource_Type_XXX","add_wording":"","custom":{}}');
INSERT INTO "friends" VALUES('jon','kim','',1700780724,'{"remark":"","add_source":"AddSource_Type_XXX","add_wording":"hi","custom":{}}');
INSERT INTO "friends" VALUES('kim','ann','A''nn',7,'{"remark":"","add_source":"AddSource_Type_Web","add_wording":"","custom":{}}');
INSERT INTO "friends" VALUES('kim','ben','noted',1700780724,'{"remark":"","add_source":"AddSource_Type_Web","add_wording":"words","custom":{"Tag_SNS_Custom_Color":"rot","Tag_SNS_Custom_Size":9223372036854775808}}');
INSERT INTO "friends" VALUES('kim','jon','',1700780724,'{"remark":"","add_source":"AddSource_Type_XXX","add_wording":"","custom":{}}');
CREATE TABLE grouped_friends (
    owner TEXT NOT NULL, name TEXT NOT NULL, friend TEXT NOT NULL,
    PRIMARY KEY (owner, name, friend),
    FOREIGN KEY (owner, name) REFERENCES friend_groups (owner, name)
        ON DELETE CASCADE ON UPDATE CASCADE,
    FOREIGN KEY (owner, friend) REFERENCES friends (owner, friend) ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO "grouped_friends" VALUES('_x','asked','eli');
INSERT INTO "grouped_friends" VALUES('ann','Büro','ben');
INSERT INTO "grouped_friends" VALUES('ann','a first','ben');
INSERT INTO "grouped_friends" VALUES('ann','Büro','cleo');
INSERT INTO "grouped_friends" VALUES('jon','x','cleo');
INSERT INTO "grouped_friends" VALUES('kim','three','ben');
INSERT INTO "grouped_friends" VALUES('kim','two','ben');
CREATE TABLE messages (
    low TEXT NOT NULL REFERENCES accounts, high TEXT NOT NULL REFERENCES accounts,
    seq INTEGER NOT NULL, version INTEGER NOT NULL, sender TEXT NOT NULL, msg_id TEXT NOT NULL,
    timestamp INTEGER NOT NULL, elem_type INTEGER NOT NULL, text TEXT NOT NULL, data BLOB NOT NULL,
    cloud_custom_data TEXT NOT NULL, revoked INTEGER NOT NULL, deleted_low INTEGER NOT NULL,
    deleted_high INTEGER NOT NULL, msg_body TEXT NOT NULL DEFAULT '', uncounted INTEGER NOT NULL DEFAULT 0, not_last INTEGER NOT NULL DEFAULT 0, UNIQUE (low, high, seq), UNIQUE (sender, msg_id)
);
INSERT INTO "messages" VALUES('ann','ben',1,23,'ann','ann-ben-1',1700778451250,1,'good morning 0',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('ann','ben',2,24,'ann','ann-ben-2',1700778512950,1,'it''s "quoted"; -- isn''t it? 1',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('ann','ben',3,20,'ben','ben-ann-3',1700778513350,1,'zwei
Zeilen	und ein Tab 2',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('ann','ben',4,21,'ann','ann-ben-4',1700778575050,1,'日本語 👩‍👩‍👧‍👦 🇨🇭 3',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('ann','ben',5,22,'ann','ann-ben-5',1700778575450,1,'  a line separator ‮ and bidi 4',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('ann','ben',6,6,'ben','ben-ann-6',1700778637150,1,'good morning 5',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','ben',7,7,'ann','ann-ben-7',1700778637550,1,'it''s "quoted"; -- isn''t it? 6',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','ben',8,8,'ann','ann-ben-8',1700778699250,1,'zwei
Zeilen	und ein Tab 7',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','ben',9,9,'ben','ben-ann-9',1700778699650,1,'日本語 👩‍👩‍👧‍👦 🇨🇭 8',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','ben',10,10,'ann','ann-ben-10',1700778761350,1,'  a line separator ‮ and bidi 9',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','ben',11,11,'ann','ann-ben-11',1700778761750,1,'good morning 10',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','ben',12,12,'ben','ben-ann-12',1700778823450,1,'it''s "quoted"; -- isn''t it? 11',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','ben',13,13,'ann','ann-ben-13',1700778823850,1,'zwei
Zeilen	und ein Tab 12',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','ben',14,14,'ann','ann-ben-14',1700778885550,1,'日本語 👩‍👩‍👧‍👦 🇨🇭 13',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','ben',15,15,'ben','ben-ann-15',1700778885950,1,'  a line separator ‮ and bidi 14',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','ben',16,16,'ann','ann-ben-16',1700778947650,1,'good morning 15',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','ben',17,17,'ann','ann-ben-17',1700778948050,1,'it''s "quoted"; -- isn''t it? 16',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','cleo',1,1,'ann','ann-cleo-18',1700779009750,1,'good morning 0',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','cleo',2,12,'ann','ann-cleo-19',1700779071450,1,'it''s "quoted"; -- isn''t it? 1',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('ann','cleo',3,3,'cleo','cleo-ann-20',1700779071850,1,'zwei
Zeilen	und ein Tab 2',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','cleo',4,4,'ann','ann-cleo-21',1700779133550,1,'日本語 👩‍👩‍👧‍👦 🇨🇭 3',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','cleo',5,15,'ann','ann-cleo-22',1700779133950,1,'  a line separator ‮ and bidi 4',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('ann','cleo',6,6,'cleo','cleo-ann-23',1700779195650,1,'good morning 5',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','cleo',7,16,'ann','ann-cleo-24',1700779196050,1,'it''s "quoted"; -- isn''t it? 6',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ann','cleo',8,14,'ann','ann-cleo-25',1700779257750,1,'zwei
Zeilen	und ein Tab 7',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('ann','cleo',9,9,'cleo','cleo-ann-26',1700779258150,1,'日本語 👩‍👩‍👧‍👦 🇨🇭 8',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','cleo',10,17,'ann','ann-cleo-27',1700779319850,1,'  a line separator ‮ and bidi 9',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ann','cleo',11,11,'ann','ann-cleo-28',1700779320250,1,'good morning 10',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','cleo',12,21,'cleo','cleo-ann-29',1700779381950,1,'good morning 0',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('ann','cleo',13,19,'cleo','cleo-ann-30',1700779443650,1,'it''s "quoted"; -- isn''t it? 1',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','cleo',14,20,'ann','ann-cleo-31',1700779444050,1,'zwei
Zeilen	und ein Tab 2',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','dora',1,6,'ann','ann-dora-32',1700779505750,1,'good morning 0',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ann','dora',2,7,'ann','ann-dora-33',1700779567450,1,'it''s "quoted"; -- isn''t it? 1',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ann','dora',3,8,'dora','dora-ann-34',1700779567850,1,'zwei
Zeilen	und ein Tab 2',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ann','dora',4,9,'ann','ann-dora-35',1700779629550,1,'日本語 👩‍👩‍👧‍👦 🇨🇭 3',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ann','dora',5,10,'ann','ann-dora-36',1700779629950,1,'  a line separator ‮ and bidi 4',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ann','dora',6,11,'ann','ann-dora-37',1700779701650,1,'new after the deletion',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','dora',7,12,'ann','ann-dora-38',1700779701650,1,'and another one',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','dora',8,13,'dora','dora-ann-39',1700779701650,1,'an answer',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','eli',1,5,'ann','ann-eli-40',1700779701650,1,'unread 0',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ann','eli',2,6,'ann','ann-eli-41',1700779701650,1,'unread 1',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ann','eli',3,7,'ann','ann-eli-42',1700779701650,1,'unread 2',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ann','eli',4,8,'ann','ann-eli-43',1700779701650,1,'unread 3',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ben','cleo',1,10,'ben','ben-cleo-44',1700779701650,1,'good morning 0',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ben','cleo',2,11,'ben','ben-cleo-45',1700779763350,1,'it''s "quoted"; -- isn''t it? 1',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ben','cleo',3,12,'cleo','cleo-ben-46',1700779763750,1,'zwei
Zeilen	und ein Tab 2',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ben','cleo',4,13,'ben','ben-cleo-47',1700779825450,1,'日本語 👩‍👩‍👧‍👦 🇨🇭 3',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ben','cleo',5,8,'ben','ben-cleo-48',1700779825850,1,'  a line separator ‮ and bidi 4',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ben','cleo',6,9,'cleo','cleo-ben-49',1700779887550,1,'good morning 5',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('ben','cleo',7,15,'ben','ben-cleo-50',1700779887950,1,'between the deletions',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ben','cleo',8,16,'ben','ben-cleo-51',1700779887950,1,'after both of them',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ben','dora',1,1,'ben','ben-dora-52',1700779887950,1,'to be recalled? 0',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ben','dora',2,17,'ben','ben-dora-53',1700779887950,1,'',X'','',1,1,0,'',0,0);
INSERT INTO "messages" VALUES('ben','dora',3,15,'ben','ben-dora-54',1700779887950,1,'',X'','',1,0,1,'',0,0);
INSERT INTO "messages" VALUES('ben','dora',4,4,'ben','ben-dora-55',1700779887950,1,'to be recalled? 3',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ben','dora',5,12,'ben','ben-dora-56',1700779887950,1,'',X'','',1,0,1,'',0,0);
INSERT INTO "messages" VALUES('ben','dora',6,18,'ben','ben-dora-57',1700779887950,1,'',X'','',1,1,1,'',0,0);
INSERT INTO "messages" VALUES('ben','dora',7,7,'ben','ben-dora-58',1700779887950,1,'to be recalled? 6',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ben','dora',8,14,'ben','ben-dora-59',1700779887950,1,'',X'','',1,0,0,'',0,0);
INSERT INTO "messages" VALUES('ben','eli',1,1,'ben','ben-eli-60',1700780012950,1,'part 0',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ben','eli',2,2,'ben','ben-eli-61',1700780013950,1,'part 1',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ben','eli',3,3,'ben','ben-eli-62',1700780014950,1,'part 2',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ben','eli',4,4,'ben','ben-eli-63',1700780015950,1,'part 3',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ben','eli',5,8,'ben','ben-eli-64',1700780016950,1,'part 4',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ben','eli',6,6,'ben','ben-eli-65',1700780017950,1,'part 5',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ben','eli',7,7,'eli','eli-ben-66',1700780018950,1,'one back',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ben','eli',8,9,'ben','ben-eli-67',1700780018950,1,'after the clock was put back',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ben','dora',9,19,'ben','ben-dora-68',1700780019950,1,'kept without a push',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('gus','hal',1,2,'hal','hal-gus-69',1700780019950,1,'muted',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('fay','hal',1,2,'fay','fay-hal-70',1700780019950,1,'the only one',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',1,17,'Zoe-1','Zoe-1-_x-71',1700780020950,2,'',X'00FFFE2062696E6172792080','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',2,2,'Zoe-1','Zoe-1-_x-72',1700780020950,2,'',X'7B226A736F6E223A20226F6620616E20617070227D','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',3,3,'Zoe-1','Zoe-1-_x-73',1700780020950,2,'',X'000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F202122232425262728292A2B2C2D2E2F303132333435363738393A3B3C3D3E3F404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E5F606162636465666768696A6B6C6D6E6F707172737475767778797A7B7C7D7E7F808182838485868788898A8B8C8D8E8F909192939495969798999A9B9C9D9E9FA0A1A2A3A4A5A6A7A8A9AAABACADAEAFB0B1B2B3B4B5B6B7B8B9BABBBCBDBEBFC0C1C2C3C4C5C6C7C8C9CACBCCCDCECFD0D1D2D3D4D5D6D7D8D9DADBDCDDDEDFE0E1E2E3E4E5E6E7E8E9EAEBECEDEEEFF0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',4,4,'_x','_x-Zoe-1-74',1700780020950,1,'a reply',X'','{"messageReply": {"messageID": "m", "messageSender": "_x", "messageAbstract": "…"}}',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',5,5,'Zoe-1','Zoe-1-_x-75',1700780020950,2,'',X'00','''beside data''',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',6,6,'_x','the-same',1700780020950,1,'once',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',7,7,'_x','r1-2-3-Zoe-1',1700780020950,1,'named like one of an admin',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',8,8,'Zoe-1','Zoe-1-_x-80',1700780020950,1,'at once 0',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',9,18,'Zoe-1','Zoe-1-_x-81',1700780020950,1,'at once 1',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',10,10,'Zoe-1','Zoe-1-_x-82',1700780020950,1,'at once 2',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',11,11,'Zoe-1','Zoe-1-_x-83',1700780020950,1,'at once 3',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',12,12,'_x','_x-Zoe-1-84',1700780021050,1,'in one second 0',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',13,13,'_x','_x-Zoe-1-85',1700780021150,1,'in one second 1',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',14,14,'_x','_x-Zoe-1-86',1700780021250,1,'in one second 2',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',15,15,'_x','_x-Zoe-1-87',1700780021350,1,'in one second 3',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',16,16,'_x','_x-Zoe-1-88',1700780021450,1,'in one second 4',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('dora','eli',1,17,'dora','dora-eli-89',1700780021450,1,'good morning 0',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('dora','eli',2,18,'dora','dora-eli-90',1700780083150,1,'it''s "quoted"; -- isn''t it? 1',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('dora','eli',3,19,'eli','eli-dora-91',1700780083550,1,'zwei
Zeilen	und ein Tab 2',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('dora','eli',4,20,'dora','dora-eli-92',1700780145250,1,'日本語 👩‍👩‍👧‍👦 🇨🇭 3',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('dora','eli',5,21,'dora','dora-eli-93',1700780145650,1,'  a line separator ‮ and bidi 4',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('dora','eli',6,22,'eli','eli-dora-94',1700780207350,1,'good morning 5',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('dora','eli',7,23,'dora','dora-eli-95',1700780207750,1,'it''s "quoted"; -- isn''t it? 6',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('dora','eli',8,15,'dora','dora-eli-96',1700780269450,1,'zwei
Zeilen	und ein Tab 7',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('dora','eli',9,16,'eli','eli-dora-97',1700780269850,1,'日本語 👩‍👩‍👧‍👦 🇨🇭 8',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('dora','eli',10,25,'eli','eli-dora-98',1700780331550,1,'the list has it again',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('Zoe-1','ann',1,9,'ann','ann-Zoe-1-99',1700780331550,1,'good morning 0',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('Zoe-1','ann',2,10,'ann','ann-Zoe-1-100',1700780393250,1,'it''s "quoted"; -- isn''t it? 1',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('Zoe-1','ann',3,11,'Zoe-1','Zoe-1-ann-101',1700780393650,1,'zwei
Zeilen	und ein Tab 2',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('Zoe-1','ann',4,12,'ann','ann-Zoe-1-102',1700780455350,1,'日本語 👩‍👩‍👧‍👦 🇨🇭 3',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('_x','ann',1,9,'ann','ann-_x-103',1700780455750,1,'good morning 0',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('_x','ann',2,10,'ann','ann-_x-104',1700780517450,1,'it''s "quoted"; -- isn''t it? 1',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('_x','ann',3,11,'_x','_x-ann-105',1700780517850,1,'zwei
Zeilen	und ein Tab 2',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('_x','ann',4,12,'ann','ann-_x-106',1700780579550,1,'日本語 👩‍👩‍👧‍👦 🇨🇭 3',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('_x','ann',5,13,'ann','ann-_x-107',1700780579950,1,'anew',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ben','hal',1,1,'ben','ben-hal-108',1700780598950,1,'before the block',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ben','hal',2,2,'hal','hal-ben-109',1700780598950,1,'an answer',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ben','hal',3,3,'ben','ben-hal-110',1700780598950,1,'whoever blocks can write',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','gus',1,1,'ann','r2ae008af-65-655fdaa3-gus',1700780707950,1,'plain',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','gus',2,2,'ann','r5d7eda5f-66-655fdaa3-gus',1700780707950,1,'not counted',X'','',0,0,0,'',1,0);
INSERT INTO "messages" VALUES('ann','gus',3,3,'ann','rc6db9630-67-655fdaa3-gus',1700780707950,1,'not the last',X'','',0,0,0,'',0,1);
INSERT INTO "messages" VALUES('ann','gus',4,4,'ann','rb2437fbf-68-655fdaa3-gus',1700780707950,1,'neither',X'','',0,0,0,'',1,1);
INSERT INTO "messages" VALUES('eli','fay',1,1,'eli','rb8b8c64-69-655fdaa3-fay',1700780707950,1,'not the last',X'','',0,0,0,'',0,1);
INSERT INTO "messages" VALUES('eli','fay',2,2,'eli','r7c155e94-6a-655fdaa3-fay',1700780707950,1,'neither',X'','',0,0,0,'',1,1);
INSERT INTO "messages" VALUES('administrator','lea',1,1,'administrator','r7-6b-655fdaa3-lea',1700780707950,1,'hello',X'','''of the app''',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('kim','lea',1,1,'lea','re427c29a-6d-655fdaa3-kim',1700780707950,1,'first
second ''quoted''',X'','',0,0,0,'[{"MsgType":"TIMTextElem","MsgContent":{"Text":"first"}},{"MsgType":"TIMTextElem","MsgContent":{"Text":"second ''quoted''"}}]',0,0);
INSERT INTO "messages" VALUES('kim','lea',2,2,'lea','r34a73c1f-6e-655fdaa4-kim',1700780708250,2,'described',X'64','',0,0,0,'[{"MsgType":"TIMCustomElem","MsgContent":{"Data":"d","Desc":"described","Ext":"e","Sound":"s.aiff"}}]',0,0);
INSERT INTO "messages" VALUES('kim','lea',3,3,'lea','raf027070-6f-655fdaa4-kim',1700780708550,2,'',X'6F6E6C79206461746120C3A9','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('kim','lea',4,4,'lea','rd89ca280-70-655fdaa4-kim',1700780708850,3,'look:
[image] https://x.example/a.png',X'','',0,0,0,'[{"MsgType":"TIMTextElem","MsgContent":{"Text":"look:"}},{"MsgType":"TIMImageElem","MsgContent":{"UUID":"u","ImageInfoArray":[{"Type":1,"Size":5,"Width":2,"Height":3,"URL":"https://x.example/a.png"}]}}]',0,0);
INSERT INTO "messages" VALUES('kim','lea',5,5,'lea','r343ede79-71-655fdaa5-kim',1700780709150,7,'[location] here (47.5, 8.25)',X'','',0,0,0,'[{"MsgType":"TIMLocationElem","MsgContent":{"Desc":"here","Latitude":47.5,"Longitude":8.25}}]',0,0);
INSERT INTO "messages" VALUES('kim','lea',6,6,'lea','r40a637f6-72-655fdaa5-kim',1700780709450,8,'[face]',X'','',0,0,0,'[{"MsgType":"TIMFaceElem","MsgContent":{"Index":3,"Data":"smile"}}]',0,0);
INSERT INTO "messages" VALUES('kim','lea',7,7,'lea','rdb037b99-73-655fdaa5-kim',1700780709750,6,'[file] f.txt https://x.example/f',X'','',0,0,0,'[{"MsgType":"TIMFileElem","MsgContent":{"Url":"https://x.example/f","FileName":"f.txt","FileSize":9}}]',0,0);
INSERT INTO "messages" VALUES('ann','lea',1,1,'lea','rf1b774ae-1-655fdaa6-ann',1700780710050,1,'to all',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ben','lea',1,1,'lea','rf1b774ae-1-655fdaa6-ben',1700780710050,1,'to all',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('gus','ivy',1,1,'gus','rf2d5b681-74-655fc71e-ivy',1700775710000,1,'the first one',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('gus','ivy',2,2,'ivy','rc5c1a621-75-655fcb06-gus',1700776710000,1,'newer, not counted',X'','',0,0,0,'',1,0);
INSERT INTO "messages" VALUES('gus','ivy',3,3,'gus','r9486f2c8-76-655fb77e-ivy',1700771710000,1,'older than all',X'','',0,0,0,'',1,1);
INSERT INTO "messages" VALUES('gus','ivy',4,4,'ivy','rb1274d86-77-655fb77e-gus',1700771710000,1,'as old',X'','',0,0,0,'',1,1);
INSERT INTO "messages" VALUES('gus','ivy',5,5,'gus','r15ac184c-78-655fdaa6-ivy',1700780710050,1,'said now',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('gus','ivy',6,6,'ivy','r2f8a086a-79-655fceee-gus',1700777710000,1,'older again',X'','',0,0,0,'',1,1);
INSERT INTO "messages" VALUES('gus','ivy',7,7,'ivy','re0a8bdff-7a-655fcb06-gus',1700776710000,1,'in the second of another one',X'','',0,0,0,'',1,1);
INSERT INTO "messages" VALUES('gus','ivy',8,8,'gus','r6232cabc-7b-655fdaa6-ivy',1700780710000,1,'of this second',X'','',0,0,0,'',1,1);
INSERT INTO "messages" VALUES('ann','fay',1,1,'ann','ann-fay-111',1700780713050,1,'ann 0',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ben','fay',1,1,'ben','ben-fay-112',1700780713050,1,'ben 0',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('cleo','fay',1,8,'cleo','cleo-fay-113',1700780713050,1,'cleo 0',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('dora','fay',1,8,'dora','dora-fay-114',1700780713050,1,'dora 0',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('fay','lea',1,1,'lea','r4a28367-7c-655fdaa9-fay',1700780713050,1,'lea 0',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('fay','kim',1,1,'kim','r4c137ef5-7d-655fdaa9-fay',1700780713050,1,'kim 0',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','fay',2,2,'ann','ann-fay-115',1700780713050,1,'ann 1',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ben','fay',2,2,'ben','ben-fay-116',1700780713050,1,'ben 1',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('cleo','fay',2,9,'cleo','cleo-fay-117',1700780713050,1,'cleo 1',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('dora','fay',2,9,'dora','dora-fay-118',1700780713050,1,'dora 1',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('fay','lea',2,2,'lea','re8991df8-7e-655fdaa9-fay',1700780713050,1,'lea 1',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('fay','kim',2,2,'kim','ra028e06a-7f-655fdaa9-fay',1700780713050,1,'kim 1',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','fay',3,3,'ann','ann-fay-119',1700780713050,1,'ann 2',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ben','fay',3,3,'ben','ben-fay-120',1700780713050,1,'ben 2',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('cleo','fay',3,10,'cleo','cleo-fay-121',1700780713050,1,'cleo 2',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('dora','fay',3,10,'dora','dora-fay-122',1700780713050,1,'dora 2',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('fay','lea',3,3,'lea','r1a8cee6-80-655fdaa9-fay',1700780713050,1,'lea 2',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('fay','kim',3,3,'kim','r49193374-81-655fdaa9-fay',1700780713050,1,'kim 2',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','fay',4,4,'ann','ann-fay-123',1700780713050,1,'ann 3',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ben','fay',4,4,'ben','ben-fay-124',1700780713050,1,'ben 3',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('cleo','fay',4,11,'cleo','cleo-fay-125',1700780713050,1,'cleo 3',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('dora','fay',4,11,'dora','dora-fay-126',1700780713050,1,'dora 3',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('fay','lea',4,4,'lea','rda32619d-82-655fdaa9-fay',1700780713050,1,'lea 3',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('fay','kim',4,4,'kim','r92839c0f-83-655fdaa9-fay',1700780713050,1,'kim 3',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ben','fay',5,5,'ben','ben-fay-127',1700780713050,1,'after it was taken off the list',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('cleo','fay',5,12,'cleo','cleo-fay-128',1700780713050,1,'will be deleted',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('dora','fay',5,12,'dora','rd4bb56aa-84-655fdaa9-fay',1700780713050,1,'not the last',X'','',0,1,0,'',0,1);
INSERT INTO "messages" VALUES('_x','cleo',1,1,'cleo','rf8e75f71-85-655fdaa9-_x',1700780713050,1,'only for x',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('hal','kim',1,1,'hal','hal-kim-129',1700780713050,1,'ordinary',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('hal','kim',2,2,'hal','ra8dee872-86-655fdaa9-kim',1700780713050,1,'only for kim',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('hal','kim',3,3,'hal','r337ba41d-87-655fdaa9-kim',1700780713050,1,'for both',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('hal','kim',4,4,'hal','r44e576ed-88-655fdaa9-kim',1700780713050,1,'only for kim, quietly',X'','',0,1,0,'',1,0);
INSERT INTO "messages" VALUES('jon','kim',1,1,'jon','jon-kim-130',1700780713050,1,'0 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('jon','kim',2,2,'jon','jon-kim-131',1700780713250,1,'1 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('jon','kim',3,3,'jon','jon-kim-132',1700780713450,1,'2 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('jon','kim',4,4,'jon','jon-kim-133',1700780713650,1,'3 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('jon','kim',5,5,'jon','jon-kim-134',1700780713850,1,'4 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('jon','kim',6,6,'jon','jon-kim-135',1700780714050,1,'5 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('jon','kim',7,7,'jon','jon-kim-136',1700780714250,1,'6 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('jon','kim',8,8,'jon','jon-kim-137',1700780714450,2,'',X'F09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09FF09F','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('jon','lea',1,7,'lea','r30ce1db1-89-655fdaaa-jon',1700780714450,1,'',X'','',1,0,0,'',0,0);
INSERT INTO "messages" VALUES('jon','lea',2,2,'lea','r425a82c0-8a-655fdaaa-jon',1700780714450,1,'withdrawn? 1',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('jon','lea',3,3,'lea','rd9ffceaf-8b-655fdaaa-jon',1700780714450,1,'withdrawn? 2',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('jon','lea',4,8,'lea','r3925f266-8c-655fdaaa-jon',1700780714450,1,'',X'','',1,0,0,'',0,0);
INSERT INTO "messages" VALUES('jon','lea',5,5,'lea','ra280be09-8d-655fdaaa-jon',1700780714450,1,'withdrawn? 4',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('jon','lea',6,9,'lea','rd51e6cf9-8e-655fdaaa-jon',1700780714450,1,'',X'','',1,0,0,'',0,0);
INSERT INTO "messages" VALUES('jon','lea',7,10,'lea','r65967355-8f-655fdab4-jon',1700780724450,1,'later',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('ann','gone',1,7,'ann','ann-gone-138',1700780724450,1,'to gone 0',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ann','gone',2,8,'gone','gone-ann-139',1700780724450,1,'from gone 0',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ann','gone',3,9,'ann','ann-gone-140',1700780724450,1,'to gone 1',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ann','gone',4,10,'gone','gone-ann-141',1700780724450,1,'from gone 1',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ann','gone',5,11,'ann','ann-gone-142',1700780724450,1,'to gone 2',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ann','gone',6,12,'gone','gone-ann-143',1700780724450,1,'from gone 2',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ben','gone',1,7,'ben','ben-gone-144',1700780725450,1,'to gone 0',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ben','gone',2,10,'gone','gone-ben-145',1700780725450,1,'from gone 0',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('ben','gone',3,11,'ben','ben-gone-146',1700780725450,1,'to gone 1',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ben','gone',4,14,'gone','gone-ben-147',1700780725450,1,'from gone 1',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('ben','gone',5,13,'ben','ben-gone-148',1700780725450,1,'to gone 2',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ben','gone',6,8,'gone','gone-ben-149',1700780725450,1,'from gone 2',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('cleo','gone',1,13,'cleo','cleo-gone-150',1700780726450,1,'to gone 0',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('cleo','gone',2,14,'gone','gone-cleo-151',1700780726450,1,'from gone 0',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('cleo','gone',3,15,'cleo','cleo-gone-152',1700780726450,1,'to gone 1',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('cleo','gone',4,16,'gone','gone-cleo-153',1700780726450,1,'from gone 1',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('cleo','gone',5,17,'cleo','cleo-gone-154',1700780726450,1,'to gone 2',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('cleo','gone',6,18,'gone','gone-cleo-155',1700780726450,1,'from gone 2',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('again','ann',1,7,'ann','ann-again-156',1700780727450,1,'to again 0',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('again','ann',2,8,'again','again-ann-157',1700780727450,1,'from again 0',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('again','ann',3,9,'ann','ann-again-158',1700780727450,1,'to again 1',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('again','ann',4,10,'again','again-ann-159',1700780727450,1,'from again 1',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('again','ann',5,11,'ann','ann-again-160',1700780727450,1,'to again 2',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('again','ann',6,12,'again','again-ann-161',1700780727450,1,'from again 2',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('again','ben',1,7,'ben','ben-again-162',1700780728450,1,'to again 0',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('again','ben',2,10,'again','again-ben-163',1700780728450,1,'from again 0',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('again','ben',3,11,'ben','ben-again-164',1700780728450,1,'to again 1',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('again','ben',4,12,'again','again-ben-165',1700780728450,1,'from again 1',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('again','ben',5,13,'ben','ben-again-166',1700780728450,1,'to again 2',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('again','ben',6,8,'again','again-ben-167',1700780728450,1,'from again 2',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('again','cleo',1,7,'cleo','cleo-again-168',1700780729450,1,'to again 0',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('again','cleo',2,8,'again','again-cleo-169',1700780729450,1,'from again 0',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('again','cleo',3,9,'cleo','cleo-again-170',1700780729450,1,'to again 1',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('again','cleo',4,10,'again','again-cleo-171',1700780729450,1,'from again 1',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('again','cleo',5,11,'cleo','cleo-again-172',1700780729450,1,'to again 2',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('again','cleo',6,12,'again','again-cleo-173',1700780729450,1,'from again 2',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('ann','gone-twice',1,7,'ann','ann-gone-twice-174',1700780730450,1,'to gone-twice 0',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ann','gone-twice',2,8,'gone-twice','gone-twice-ann-175',1700780730450,1,'from gone-twice 0',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ann','gone-twice',3,9,'ann','ann-gone-twice-176',1700780730450,1,'to gone-twice 1',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ann','gone-twice',4,10,'gone-twice','gone-twice-ann-177',1700780730450,1,'from gone-twice 1',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ann','gone-twice',5,11,'ann','ann-gone-twice-178',1700780730450,1,'to gone-twice 2',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ann','gone-twice',6,12,'gone-twice','gone-twice-ann-179',1700780730450,1,'from gone-twice 2',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ben','gone-twice',1,7,'ben','ben-gone-twice-180',1700780731450,1,'to gone-twice 0',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ben','gone-twice',2,10,'gone-twice','gone-twice-ben-181',1700780731450,1,'from gone-twice 0',X'','',0,1,1,'',0,0);
INSERT INTO "messages" VALUES('ben','gone-twice',3,11,'ben','ben-gone-twice-182',1700780731450,1,'to gone-twice 1',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ben','gone-twice',4,12,'gone-twice','gone-twice-ben-183',1700780731450,1,'from gone-twice 1',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ben','gone-twice',5,13,'ben','ben-gone-twice-184',1700780731450,1,'to gone-twice 2',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ben','gone-twice',6,8,'gone-twice','gone-twice-ben-185',1700780731450,1,'from gone-twice 2',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('cleo','gone-twice',1,7,'cleo','cleo-gone-twice-186',1700780732450,1,'to gone-twice 0',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('cleo','gone-twice',2,8,'gone-twice','gone-twice-cleo-187',1700780732450,1,'from gone-twice 0',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('cleo','gone-twice',3,9,'cleo','cleo-gone-twice-188',1700780732450,1,'to gone-twice 1',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('cleo','gone-twice',4,10,'gone-twice','gone-twice-cleo-189',1700780732450,1,'from gone-twice 1',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('cleo','gone-twice',5,11,'cleo','cleo-gone-twice-190',1700780732450,1,'to gone-twice 2',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('cleo','gone-twice',6,12,'gone-twice','gone-twice-cleo-191',1700780732450,1,'from gone-twice 2',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('again','ann',7,13,'ann','ann-again-192',1700780753450,1,'to the new one',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('again','ben',7,14,'again','again-ben-193',1700780753450,1,'from the new one',X'','',0,0,0,'',0,0);
INSERT INTO "messages" VALUES('again','ben',8,16,'ben','ben-again-194',1700780753450,1,'an answer',X'','',0,1,0,'',0,0);
INSERT INTO "messages" VALUES('ann','gone-twice',7,14,'ann','ann-gone-twice-195',1700780773450,1,'to the new one',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ben','gone-twice',7,17,'gone-twice','gone-twice-ben-196',1700780773450,1,'from the new one',X'','',0,0,1,'',0,0);
INSERT INTO "messages" VALUES('ben','gone-twice',8,16,'ben','ben-gone-twice-197',1700780773450,1,'an answer',X'','',0,0,1,'',0,0);
CREATE TABLE profiles (
    user_id TEXT PRIMARY KEY REFERENCES accounts, nick_name TEXT NOT NULL,
    self_signature TEXT NOT NULL, allow_type INTEGER NOT NULL
, more TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
INSERT INTO "profiles" VALUES('_x','','',0,'{"userID":"_x","level":1,"customInfo":{"Color":"grün"}}');
INSERT INTO "profiles" VALUES('ann','Ann 安','it''s me; ''really''',1,'');
INSERT INTO "profiles" VALUES('cleo','Cleo','',2,'');
INSERT INTO "profiles" VALUES('eli','','',1,'');
INSERT INTO "profiles" VALUES('gus','','xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',0,'');
INSERT INTO "profiles" VALUES('kim','Kim','',0,'{"userID":"kim","faceURL":"k"}');
INSERT INTO "profiles" VALUES('lea','Lea ''the'' first','a b',1,'{"userID":"lea","faceURL":"https://x.example/lea.png","gender":2,"birthday":19991231,"location":"Zürich","language":4,"level":4294967295,"role":3,"msgSettings":1,"mayNotAdd":true,"customInfo":{"Color":"green","Big":18446744073709551615}}');
CREATE TABLE sides (
    owner TEXT NOT NULL REFERENCES accounts, peer TEXT NOT NULL REFERENCES accounts,
    read_seq INTEGER NOT NULL, read_at INTEGER NOT NULL, pinned INTEGER NOT NULL,
    recv_opt INTEGER NOT NULL, unlisted_seq INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (owner, peer)
) WITHOUT ROWID;
INSERT INTO "sides" VALUES('Zoe-1','_x',16,1700780021450,0,0,0);
INSERT INTO "sides" VALUES('Zoe-1','ann',4,1700780455750,0,0,4);
INSERT INTO "sides" VALUES('_x','Zoe-1',0,0,0,0,0);
INSERT INTO "sides" VALUES('_x','ann',4,1700780579950,0,0,4);
INSERT INTO "sides" VALUES('administrator','lea',0,0,0,0,0);
INSERT INTO "sides" VALUES('again','ann',3,1700780730450,0,0,0);
INSERT INTO "sides" VALUES('again','ben',0,0,0,0,0);
INSERT INTO "sides" VALUES('again','cleo',6,1700780730450,1,0,6);
INSERT INTO "sides" VALUES('ann','Zoe-1',0,0,0,0,0);
INSERT INTO "sides" VALUES('ann','_x',0,0,0,0,0);
INSERT INTO "sides" VALUES('ann','again',0,0,1,0,0);
INSERT INTO "sides" VALUES('ann','ben',17,1700779009750,0,0,0);
INSERT INTO "sides" VALUES('ann','cleo',0,0,0,0,0);
INSERT INTO "sides" VALUES('ann','dora',0,0,1,0,0);
INSERT INTO "sides" VALUES('ann','gone',6,1700780753450,1,0,0);
INSERT INTO "sides" VALUES('ann','gone-twice',7,1700780793450,0,0,7);
INSERT INTO "sides" VALUES('ann','gus',0,0,0,0,0);
INSERT INTO "sides" VALUES('ann','ivy',0,0,1,0,0);
INSERT INTO "sides" VALUES('ben','again',0,0,0,0,0);
INSERT INTO "sides" VALUES('ben','ann',4,1700779009750,1,0,0);
INSERT INTO "sides" VALUES('ben','cleo',0,0,0,0,0);
INSERT INTO "sides" VALUES('ben','dora',0,0,0,0,0);
INSERT INTO "sides" VALUES('ben','gone',0,0,0,0,0);
INSERT INTO "sides" VALUES('ben','gone-twice',0,0,0,0,0);
INSERT INTO "sides" VALUES('cleo','_x',0,0,0,0,0);
INSERT INTO "sides" VALUES('cleo','again',0,0,0,2,0);
INSERT INTO "sides" VALUES('cleo','ann',0,0,0,2,0);
INSERT INTO "sides" VALUES('cleo','ben',7,1700779887950,0,0,7);
INSERT INTO "sides" VALUES('cleo','fay',5,1700780713050,0,0,5);
INSERT INTO "sides" VALUES('cleo','gone',6,1700780753450,0,2,6);
INSERT INTO "sides" VALUES('cleo','gone-twice',0,0,0,2,0);
INSERT INTO "sides" VALUES('dora','ann',5,1700779691650,0,0,5);
INSERT INTO "sides" VALUES('dora','ben',3,1700779887950,0,1,0);
INSERT INTO "sides" VALUES('dora','eli',9,1700780331550,0,0,9);
INSERT INTO "sides" VALUES('dora','fay',5,1700780713050,0,0,5);
INSERT INTO "sides" VALUES('eli','ann',4,1700779701650,0,0,4);
INSERT INTO "sides" VALUES('eli','ben',3,1700780018950,0,0,0);
INSERT INTO "sides" VALUES('eli','dora',0,0,0,0,0);
INSERT INTO "sides" VALUES('eli','fay',0,0,0,0,0);
INSERT INTO "sides" VALUES('fay','ann',4,1700780713050,0,0,4);
INSERT INTO "sides" VALUES('fay','ben',4,1700780713050,0,0,4);
INSERT INTO "sides" VALUES('fay','cleo',4,1700780713050,0,0,4);
INSERT INTO "sides" VALUES('fay','dora',4,1700780713050,0,0,4);
INSERT INTO "sides" VALUES('fay','gus',0,0,1,0,0);
INSERT INTO "sides" VALUES('fay','kim',4,1700780713050,1,0,4);
INSERT INTO "sides" VALUES('fay','lea',4,1700780713050,0,0,4);
INSERT INTO "sides" VALUES('gone','ann',3,1700780727450,0,0,0);
INSERT INTO "sides" VALUES('gone','ben',0,0,0,0,0);
INSERT INTO "sides" VALUES('gone','cleo',6,1700780727450,0,0,6);
INSERT INTO "sides" VALUES('gone-twice','ann',3,1700780733450,0,0,0);
INSERT INTO "sides" VALUES('gone-twice','ben',0,0,0,0,0);
INSERT INTO "sides" VALUES('gone-twice','cleo',6,1700780733450,0,0,6);
INSERT INTO "sides" VALUES('gus','fay',0,0,0,0,0);
INSERT INTO "sides" VALUES('gus','hal',1,1700780019950,0,2,1);
INSERT INTO "sides" VALUES('gus','ivy',0,0,0,0,0);
INSERT INTO "sides" VALUES('hal','cleo',0,0,0,1,0);
INSERT INTO "sides" VALUES('hal','fay',0,0,0,0,0);
INSERT INTO "sides" VALUES('hal','gus',0,0,0,1,0);
INSERT INTO "sides" VALUES('hal','ivy',0,0,0,2,0);
INSERT INTO "sides" VALUES('hal','kim',0,0,0,0,0);
INSERT INTO "sides" VALUES('ivy','gus',0,0,0,0,0);
INSERT INTO "sides" VALUES('jon','lea',6,1700780724450,0,0,0);
INSERT INTO "sides" VALUES('kim','fay',0,0,0,0,0);
INSERT INTO "sides" VALUES('kim','lea',7,1700780724450,0,0,0);
INSERT INTO "sides" VALUES('lea','ann',0,0,0,0,0);
INSERT INTO "sides" VALUES('lea','ben',0,0,0,0,0);
INSERT INTO "sides" VALUES('lea','fay',0,0,0,0,0);
INSERT INTO "sides" VALUES('lea','jon',0,0,0,0,0);
INSERT INTO "sides" VALUES('lea','kim',0,0,0,0,0);
CREATE TABLE subscriptions (
    place INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL REFERENCES accounts,
    user_id TEXT NOT NULL REFERENCES accounts, UNIQUE (owner, user_id)
);
INSERT INTO "subscriptions" VALUES(3,'ann','ivy');
INSERT INTO "subscriptions" VALUES(6,'ann','_x');
INSERT INTO "subscriptions" VALUES(7,'ann','Zoe-1');
INSERT INTO "subscriptions" VALUES(8,'ann','hal');
INSERT INTO "subscriptions" VALUES(9,'ben','cleo');
INSERT INTO "subscriptions" VALUES(10,'ben','ann');
INSERT INTO "subscriptions" VALUES(11,'ben','fay');
CREATE INDEX messages_by_version ON messages (low, high, version);
CREATE INDEX grouped_friends_by_friend ON grouped_friends (owner, friend);
CREATE INDEX applications_by_receiver ON applications (receiver);
CREATE INDEX messages_by_time ON messages (low, high, timestamp, seq);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('subscriptions',20);
INSERT INTO "sqlite_sequence" VALUES('applications',10);
INSERT INTO "sqlite_sequence" VALUES('friend_groups',9);
INSERT INTO "sqlite_sequence" VALUES('blocked',16);
COMMIT;
PRAGMA user_version = 4;
