"""The tables of the store (how they are written: `tables`).

Records that the life of a request needs have a table of their own; whatever of them has no column goes to `more`. All
other models are kept in `inventory`, by their base: kinds of one share their ids. A message of the queue is `ready`,
`future` until `deliver_on`, `running` under a lease, or `dead`; a done one is gone. In the journal nothing is changed.

Who changes this file writes a migration.
"""

from sqlalchemy import MetaData

from aelang.requests.store.tables import define

TABLES: dict[str, str] = {
    # -- requests
    "requests": """
        text    type! request_type! description! approval_state! request_state! status! message userid!
        text    requester_name cancelation_status initiated_by source_type destination_type image_hash
        number  requester_id approvals_needed source_id destination_id tenant_id service_order_id parent_id
        flag    process!
        time    created_on updated_on fulfilled_on
        values  options
        named   more
        index   request_state approval_state where request_state <> 'finished'
        index   requester_id
        index   service_order_id where service_order_id IS NOT NULL
    """,
    "approvals": """
        number  miq_request_id!
        text    description! state! reason approver_type approver_name stamper_name
        number  approver_id stamper_id
        time    stamped_on created_on updated_on
        named   more
        index   miq_request_id
    """,
    "tasks": """
        text    type! request_type!
        number  miq_request_id! miq_request_task_id
        text    description! state! status! message userid! phase cancelation_status source_type destination_type
        number  source_id destination_id tenant_id
        flag    needs_operator! begun
        time    created_on updated_on
        values  options phase_context
        named   more
        index   miq_request_id
        index   destination_id where destination_id IS NOT NULL
        index   needs_operator where needs_operator
    """,
    "service_orders": """
        text    name state user_name
        number  tenant_id user_id
        time    placed_at created_at updated_at
        named   more
    """,
    # -- what requests are about
    "services": """
        text    model! name description guid type
        number  service_template_id evm_owner_id miq_group_id tenant_id parent_id
        flag    retired
        time    created_at updated_at retires_on
        values  options
        named   more
        index   parent_id where parent_id IS NOT NULL
        index   service_template_id
    """,
    "service_templates": """
        text    model! name description guid type prov_type service_type
        number  service_template_catalog_id tenant_id evm_owner_id miq_group_id
        flag    display
        time    created_at updated_at
        values  options
        named   more
    """,
    "service_resources": """
        text    resource_type name status
        number  resource_id service_id service_template_id group_idx scaling_min scaling_max provision_index
        values  options
        named   more
        index   service_id where service_id IS NOT NULL
        index   service_template_id where service_template_id IS NOT NULL
        index   resource_id
    """,
    "events": """
        text    model! event_type source target_type type message chain_id known_as failure
        number  target_id user_id group_id tenant_id ems_id vm_or_template_id host_id ems_cluster_id
        number  availability_zone_id container_group_id container_node_id container_replicator_id container_id
        number  container_project_id
        time    timestamp created_on handled_on
        values  full_data handled
        named   more
        index   target_id target_type
        index   ems_id chain_id where chain_id IS NOT NULL
        index   ems_id
        index   vm_or_template_id where vm_or_template_id IS NOT NULL
        index   host_id where host_id IS NOT NULL
        index   ems_cluster_id where ems_cluster_id IS NOT NULL
        index   availability_zone_id where availability_zone_id IS NOT NULL
        index   container_group_id where container_group_id IS NOT NULL
        index   container_node_id where container_node_id IS NOT NULL
        index   container_replicator_id where container_replicator_id IS NOT NULL
        index   container_id where container_id IS NOT NULL
        index   container_project_id where container_project_id IS NOT NULL
        unique  known_as where known_as IS NOT NULL
    """,
    # -- people
    "users": """
        text    name userid email
        number  current_group_id current_tenant_id
        time    created_on updated_on
        values  miq_groups
        named   more
        index   userid
    """,
    "groups": """
        text    description group_type
        number  tenant_id miq_user_role_id sequence
        time    created_on updated_on
        named   more
    """,
    "tenants": """
        text    name description
        number  parent_id
        flag    divisible
        named   more
    """,
    "inventory": """
        key     base text
        key     id number
        text    model! name ems_ref uid_ems
        named   more
        index   base name
        index   base ems_ref where ems_ref IS NOT NULL
        index   base uid_ems where uid_ems IS NOT NULL
    """,
    # -- transactions
    "accounts": """
        text    name! userid
        number  tenant_id
        time    created_on
        values  properties
        unique  name
    """,
    "packages": """
        number  account_id!
        text    name!
        time    created_on
        unique  account_id name
    """,
    "logical_services": """
        number  account_id! package_id parent_id physical_id!
        text    part! status!
        index   account_id
        index   parent_id where parent_id IS NOT NULL
        index   physical_id
    """,
    "physical_services": """
        text    name! type! kind! resource module status!
        number  account_id!
        flag    shared!
        index   account_id type where shared
    """,
    "service_params": """
        key     service_id number
        key     name text
        text    expression
        values  value
    """,
    "transactions": """
        key     request_id number
        number  account_id! most_failures failures!
        text    action! status! seal
        time    created_on! updated_on!
        index   status where status NOT IN ('Ok', 'Failed')
        index   account_id
    """,
    "database_commands": """
        number  request_id! service_id!
        text    action! status!
        values  before after
        index   request_id id
    """,
    "actions": """
        number  request_id! command_id! service_id! physical_id!
        text    action! name! status!
        time    at!
        index   command_id
        index   request_id id
        index   service_id
    """,
    "commands": """
        number  request_id! place! attempts! most_attempts!
        text    resource! module! action! status! effect! undo_effect! message
        flag    partial! cleans!
        values  resource_properties
        time    updated_on
        index   request_id status place
    """,
    # -- work
    "queue": """
        text    state! method! of_model role zone task_id worker reason
        number  of_id request_id server priority! attempts! fence
        values  arguments progress
        time    deliver_on created_on! lease_until
        index   priority id where state = 'ready'
        index   deliver_on priority id where state = 'future'
        unique  task_id where state = 'running'
        index   request_id
    """,
    "journal": """
        number  request_id! task_id command_id attempt
        time    at!
        text    phase! status! state message hash
        values  detail
        index   request_id id
        index   command_id id where command_id IS NOT NULL
    """,
    "locks": """
        key     resource_kind text
        key     resource_id number
        number  request_id!
        time    taken_on!
        index   request_id
    """,
    "workspaces": """
        key     guid text
        text    task_id! uri!
        number  request_id!
        time    kept_on!
        bytes   body!
        unique  task_id
    """,
    "traces": """
        number  request_id event_id lines! size!
        text    task_id!
        time    at!
        bytes   body!
        index   request_id id
        index   event_id where event_id IS NOT NULL
    """,
    "positions": """
        key     name text
        text    stamp!
        number  position! line!
        time    at!
    """,
    "images": """
        key     hash text
        bytes   body!
        time    kept_on!
    """,
}

METADATA = define(MetaData(), TABLES)

REQUESTS = METADATA.tables["requests"]
APPROVALS = METADATA.tables["approvals"]
TASKS = METADATA.tables["tasks"]
SERVICE_ORDERS = METADATA.tables["service_orders"]
SERVICES = METADATA.tables["services"]
SERVICE_TEMPLATES = METADATA.tables["service_templates"]
SERVICE_RESOURCES = METADATA.tables["service_resources"]
EVENTS = METADATA.tables["events"]
USERS = METADATA.tables["users"]
GROUPS = METADATA.tables["groups"]
TENANTS = METADATA.tables["tenants"]
INVENTORY = METADATA.tables["inventory"]
ACCOUNTS = METADATA.tables["accounts"]
PACKAGES = METADATA.tables["packages"]
LOGICAL_SERVICES = METADATA.tables["logical_services"]
PHYSICAL_SERVICES = METADATA.tables["physical_services"]
SERVICE_PARAMS = METADATA.tables["service_params"]
TRANSACTIONS = METADATA.tables["transactions"]
DATABASE_COMMANDS = METADATA.tables["database_commands"]
ACTIONS = METADATA.tables["actions"]
COMMANDS = METADATA.tables["commands"]
QUEUE = METADATA.tables["queue"]
JOURNAL = METADATA.tables["journal"]
LOCKS = METADATA.tables["locks"]
WORKSPACES = METADATA.tables["workspaces"]
TRACES = METADATA.tables["traces"]
POSITIONS = METADATA.tables["positions"]
IMAGES = METADATA.tables["images"]
