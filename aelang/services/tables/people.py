"""Users, groups, roles, tenants, servers and zones."""

from aelang.services.declaring import Table

_CUSTOM = """
    custom_get(name)         reads
    custom_keys()            reads
    custom_set(name, value)  does
"""

PEOPLE: dict[str, Table] = {
    "User": Table(
        attributes="""
            String   name userid email first_name last_name
            Integer  current_group_id current_tenant_id
            Time     created_on updated_on lastlogon lastlogoff
            Hash     settings
        """,
        virtual="""
            ldap_group             String  computed
            normalized_ldap_group  String  computed normalized
            role                   String  computed
        """,
        associations="""
            current_group   one  MiqGroup      by current_group_id
            current_tenant  one  Tenant        computed
            miq_group       one  MiqGroup      as current_group
            miq_groups      many MiqGroup      listed
            miq_requests    many MiqRequest    by requester_id
            vms             many VmOrTemplate  by evm_owner_id
        """,
        methods=_CUSTOM
        + """
            get_ldap_attribute(name)    reads given
            get_ldap_attribute_names()  reads given
        """,
        named_by="userid name email",
    ),
    "MiqGroup": Table(
        attributes="""
            String   description group_type detailed_description
            Integer  tenant_id miq_user_role_id sequence
            Time     created_on updated_on
            Hash     settings filters
        """,
        virtual="""
            miq_user_role_name  String  computed
        """,
        associations="""
            miq_user_role  one  MiqUserRole   by miq_user_role_id
            tenant         one  Tenant        by tenant_id
            users          many User          whose miq_groups
            vms            many VmOrTemplate  by miq_group_id
        """,
        methods=_CUSTOM,
        named_by="description",
    ),
    "MiqUserRole": Table(
        attributes="""
            String   name
            Boolean  read_only
            Hash     settings
            Array    features
        """,
        named_by="name",
    ),
    "Tenant": Table(
        attributes="""
            String   name description domain subdomain
            Integer  parent_id
            Boolean  divisible use_config_for_attributes
        """,
        associations="""
            children       many Tenant           by parent_id
            miq_groups     many MiqGroup         by tenant_id
            parent         one  Tenant           by parent_id
            services       many Service          by tenant_id
            tenant_quotas  many TenantQuota      by tenant_id
            vms            many VmOrTemplate     by tenant_id
        """,
        named_by="name",
    ),
    "TenantQuota": Table(
        attributes="""
            String   name unit
            Float    value warn_value
            Integer  tenant_id
        """,
        associations="""
            tenant  one Tenant  by tenant_id
        """,
        named_by="name",
    ),
    "MiqServer": Table(
        attributes="""
            String   name guid hostname ipaddress status version build
            Integer  zone_id
            Boolean  is_master
        """,
        associations="""
            zone  one Zone  by zone_id
        """,
        methods="""
            region_name()           reads region_description
            region_number()         reads
        """,
        named_by="name hostname",
    ),
    "Zone": Table(
        attributes="""
            String  name description
        """,
        associations="""
            ext_management_systems  many ExtManagementSystem  by zone_id
            miq_servers             many MiqServer            by zone_id
        """,
        named_by="name",
    ),
    "Tag": Table(
        attributes="""
            String   name category description category_description
            Boolean  single_value
        """,
        named_by="name",
    ),
    "Classification": Table(
        attributes="""
            String   name description
            Integer  parent_id
            Boolean  single_value show
        """,
        associations="""
            entries  many Classification  by parent_id
            parent   one  Classification  by parent_id
        """,
        named_by="name",
    ),
}
